package client

// Bound lowers what the client reads at most, for tests.
func (c *Client) Bound(answer int64, pages, rows int) {
	c.maxAnswer, c.maxPages, c.maxRows = answer, pages, rows
}
