using OrleansUploads.Cluster.Uploads;

namespace OrleansUploads.Cluster.Tests.Uploads;

public sealed class PageByPageIdsTests
{
    private const int Turns = 500;

    [Fact]
    public void Uploads_that_begin_one_after_the_other_are_on_one_page_and_all_pages_are_used()
    {
        var ids = new PageByPageIds(TimeProvider.System);
        var uploads = Enumerable.Range(0, Turns * PageByPageIds.UploadsInTurn).Select(_ => ids.NewUpload()).ToList();

        var turns = uploads.Select(UploadPages.PageOf).Chunk(PageByPageIds.UploadsInTurn).ToList();
        Assert.All(turns, static turn => Assert.Single(turn.Distinct()));
        Assert.InRange(turns.Select(static turn => turn[0]).Distinct().Count(), UploadPages.Count / 2, UploadPages.Count);
        Assert.Equal(uploads.Count, uploads.Distinct().Count());
    }

    [Fact]
    public void Ids_of_one_page_have_nothing_but_their_beginning_in_common()
    {
        var ids = new PageByPageIds(TimeProvider.System);
        var uploads = Enumerable.Range(0, PageByPageIds.UploadsInTurn).Select(_ => ids.NewUpload().ToString()).ToList();

        // The third character has the last bits of the page.
        for (var at = 3; at < Limits.UploadIdChars; at++)
        {
            Assert.True(uploads.Select(upload => upload[at]).Distinct().Count() > 1, $"All have the same character at {at}.");
        }
    }
}
