// Package chart draws how numbers went over time, as an SVG picture to be put into a page.
//
// A library draws the lines and areas (chartdraw of github.com/go-analyze/charts); this
// package says what is to be drawn, and lets only what it knows into the page: the picture
// is read as XML and written anew from its paths, with classes in place of colours. So the
// style sheet of the page colours it, light and dark, and nothing else can come along.
//
// There is no text in the picture. It is stretched to the place that it gets, while the
// marks of its axes are text of the page, of a size that can be read on any screen: a page
// puts each [Mark] at its share of the length of an axis.
package chart
