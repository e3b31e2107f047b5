namespace OrleansUploads.Core.Tests.Vaults;

public sealed class UploadPageDeciderTests() : DeciderDriver<UploadPageState, UploadPageCommand, UploadPageEvent>(new UploadPageDecider())
{
    private IEnumerable<UploadId> Listed => Ask(new ReadUploadPage("", 10)).Uploads.Select(spec => spec.Upload);

    private static ListInPage Enter(int number, long admission) => new(Some.Spec(number), admission);

    private static CloseInPage Close(int number, long admission = 0) => new(Some.Incarnation, Some.Upload(number), admission);

    private long ReportedClosings(UploadPageCommand command) => Raised(command).Tells<RecordUploadPage>().Closed;

    [Fact]
    public void Every_ID_has_a_page_and_pages_are_ordered_by_ID()
    {
        var random = new Random(1);
        var bytes = new byte[UploadId.RandomBytes];
        var uploads = Enumerable.Range(0, 20_000).Select(_ =>
        {
            random.NextBytes(bytes);
            return UploadId.FromRandom(bytes);
        }).OrderBy(upload => upload.ToString(), StringComparer.Ordinal).ToList();
        var pages = uploads.Select(UploadPages.PageOf).ToList();

        Assert.Equal(pages.Order(), pages);

        // No ID starts with '-', the first character in the order, so the first four pages stay empty.
        Assert.Equal(Enumerable.Range(4, UploadPages.Count - 4), pages.Distinct());
        Assert.InRange(pages.CountBy(page => page).Max(pair => pair.Value), 20_000 / UploadPages.Count, 3 * 20_000 / UploadPages.Count);
    }

    [Fact]
    public void The_page_of_an_ID_never_changes() => Assert.Equal(
        [115, 162, 206], new[] { 1, 2, 3 }.Select(number => UploadPages.PageOf(Some.Upload(number))));

    [Fact]
    public void A_repeated_admission_counts_once()
    {
        Given(Enter(1, 1));
        Unchanged(Enter(1, 1));
        Assert.Equal(0, State.Closed);
        Assert.Equal([Some.Upload(1)], Listed);
    }

    [Fact]
    public void A_late_repeated_admission_does_not_list_an_ended_upload()
    {
        Given(Enter(1, 1));
        Assert.Equal(1, ReportedClosings(Close(1)));
        Unchanged(Enter(1, 1));
        Assert.Empty(Listed);
    }

    [Fact]
    public void An_upload_that_ends_before_its_listing_is_never_listed()
    {
        Given(Enter(1, 1));
        Assert.Equal(1, ReportedClosings(Close(2, admission: 2)));
        Unchanged(Enter(2, 2));
        Assert.Equal([Some.Upload(1)], Listed);
    }

    [Fact]
    public void A_second_admission_of_a_listed_upload_is_closed_at_once()
    {
        Given(Enter(1, 1));
        Assert.Equal(1, ReportedClosings(Enter(1, 2)));
        Assert.Equal(2, ReportedClosings(Close(1)));
        Assert.Empty(Listed);
    }

    [Fact]
    public void A_second_admission_that_arrives_after_the_end_of_the_upload_does_not_list_it()
    {
        Given(Enter(1, 1));
        Assert.Equal(2, ReportedClosings(Close(1, admission: 2)));
        Unchanged(Enter(1, 2));
        Assert.Empty(Listed);
    }

    [Fact]
    public void A_repeated_closing_reports_the_same_number_to_the_vault()
    {
        Given(Enter(1, 1), Close(1));
        var again = Unchanged(Close(1));
        Assert.Equal(1, Assert.Single(again.Intents).Tells<RecordUploadPage>().Closed);
    }

    [Fact]
    public void Admissions_may_arrive_in_any_order_and_a_compacted_history_remembers_them()
    {
        Given(Enter(5, 5), Enter(1, 1), Enter(3, 3), Enter(9, 9), Close(3));
        var rebuilt = new UploadPageDeciderTests();
        Decider.Compact(State).ToList().ForEach(rebuilt.Happened);
        Assert.All([5, 1, 3, 9], number => rebuilt.Unchanged(Enter(number, number)));
        Assert.All([2, 4, 6, 7, 8], number => Assert.NotEmpty(rebuilt.Do(Enter(number, number)).Events));
        Assert.Equal(9, rebuilt.State.Seen.UpTo);
        Assert.Empty(rebuilt.State.Seen.Beyond);
        Assert.Equal((1, 8), (rebuilt.State.Closed, rebuilt.State.Uploads.Count));
    }

    [Fact]
    public void A_marker_stays_valid_after_its_upload_is_gone()
    {
        Given(Enter(1, 1), Enter(2, 2), Enter(3, 3), Enter(4, 4), Enter(5, 5));
        var first = Ask(new ReadUploadPage("", 2));
        var marker = first.Uploads[1].Upload;
        Given(new CloseInPage(Some.Incarnation, marker, 0));
        var rest = Ask(new ReadUploadPage(marker.ToString(), 10));
        Assert.True(first.HasMore);
        Assert.Equal(3, rest.Uploads.Count);
        Assert.False(rest.HasMore);
    }
}
