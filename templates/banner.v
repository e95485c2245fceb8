// @BANNER@
