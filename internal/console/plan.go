package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/review"
)

// maxUpload limits an uploaded file in bytes. A plan takes about three times as much memory.
const maxUpload = 32 << 20

// reviewPage is the content of the review of a plan.
type reviewPage struct {
	Limit  int          // in MB
	Name   string       // of the file
	Review *review.View // nil: none was reviewed
	Wrong  string       // why the file cannot be reviewed
}

// handleReviewForm asks for a plan.
func (v *visit) handleReviewForm() error {
	return v.show("review.html", "Review of a plan", reviewPage{Limit: maxUpload >> 20})
}

// handleReview reviews a plan against the tenant, as it is for the person. Nothing of it is
// kept.
func (v *visit) handleReview() error {
	page := reviewPage{Limit: maxUpload >> 20}
	plan, name, err := v.uploadedPlan()
	page.Name = access.Visible(name)
	if err != nil {
		page.Wrong = planProblem(err)
		return v.showStatus(http.StatusUnprocessableEntity, "review.html", "Review of a plan", page)
	}
	result, err := review.Run(v.r.Context(), plan, review.Against{
		Tenant: v.session.tenant,
		Open: func(_ context.Context, tenant string) (*client.Client, func() error, error) {
			if tenant != v.session.tenant {
				return nil, nil, nil
			}
			return v.client(), func() error { return nil }, nil
		},
	})
	if err != nil {
		return err
	}
	view := result.View(review.Options{FailOn: []string{review.Admin, review.Lifted, review.Lost, review.NotKnown}, Plan: result.Fingerprint(plan)})
	page.Review = &view
	return v.show("review.html", "Review of a plan", page)
}

// uploadedPlan reads the plan of the form, while it arrives.
func (v *visit) uploadedPlan() (plan *review.Plan, name string, err error) {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxUpload)
	parts, err := v.r.MultipartReader()
	if err != nil {
		return nil, "", err
	}
	part, err := parts.NextPart()
	if errors.Is(err, io.EOF) {
		return nil, "", review.ErrEmpty
	}
	if err != nil {
		return nil, "", err
	}
	defer part.Close()
	plan, err = review.Read(part)
	return plan, part.FileName(), err
}

// planProblem says why a file cannot be reviewed.
func planProblem(err error) string {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fmt.Sprintf("The file is longer than %d MB. Review it with terraform-provider-iam review, which takes plans of up to 2 GB.", maxUpload>>20)
	}
	return access.Visible(err.Error())
}
