package visibility_test

import (
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
)

func TestMain(m *testing.M) { providertest.Main(m) }
