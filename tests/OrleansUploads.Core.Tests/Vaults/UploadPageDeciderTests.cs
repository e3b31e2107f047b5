using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Tests.Vaults;

public sealed class UploadPageDeciderTests
{
    private readonly DeciderDriver<UploadPageState, UploadPageCommand, UploadPageEvent> _page = new(new UploadPageDecider());

    private IEnumerable<UploadId> Listed => _page.Ask(new ReadUploadPage("", 10)).Uploads.Select(spec => spec.Upload);

    private static UploadSpec Spec(int number) => new(
        Some.Upload(number), Some.Incarnation, Some.Size(1), Some.Described("holiday"), UploadOrigin.Multipart, Some.Noon);

    private static ListInPage Enter(int number, long admission) => new(Spec(number), admission);

    private static CloseInPage Close(int number, long admission = 0) => new(Some.Incarnation, Some.Upload(number), admission);

    private static long ReportedClosings(Decision<UploadPageEvent> decision) => Assert.IsType<RecordUploadPage>(
        Assert.IsType<TellEntity>(Assert.Single(decision.Intents).Action).Command).Closed;

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
        _page.Do(Enter(1, 1));
        Assert.Empty(_page.Do(Enter(1, 1)).Events);
        Assert.Equal(0, _page.State.Closed);
        Assert.Equal([Some.Upload(1)], Listed);
    }

    [Fact]
    public void A_late_repeated_admission_does_not_list_an_ended_upload()
    {
        _page.Do(Enter(1, 1));
        Assert.Equal(1, ReportedClosings(_page.Do(Close(1))));
        Assert.Empty(_page.Do(Enter(1, 1)).Events);
        Assert.Empty(Listed);
    }

    [Fact]
    public void An_upload_that_ends_before_its_listing_is_never_listed()
    {
        _page.Do(Enter(1, 1));
        Assert.Equal(1, ReportedClosings(_page.Do(Close(2, admission: 2))));
        Assert.Empty(_page.Do(Enter(2, 2)).Events);
        Assert.Equal([Some.Upload(1)], Listed);
    }

    [Fact]
    public void A_second_admission_of_a_listed_upload_is_closed_at_once()
    {
        _page.Do(Enter(1, 1));
        Assert.Equal(1, ReportedClosings(_page.Do(Enter(1, 2))));
        Assert.Equal(2, ReportedClosings(_page.Do(Close(1))));
        Assert.Empty(Listed);
    }

    [Fact]
    public void A_second_admission_that_arrives_after_the_end_of_the_upload_does_not_list_it()
    {
        _page.Do(Enter(1, 1));
        Assert.Equal(2, ReportedClosings(_page.Do(Close(1, admission: 2))));
        Assert.Empty(_page.Do(Enter(1, 2)).Events);
        Assert.Empty(Listed);
    }

    [Fact]
    public void A_repeated_closing_reports_the_same_number_to_the_vault()
    {
        _page.Do(Enter(1, 1));
        _page.Do(Close(1));
        var again = _page.Do(Close(1));
        Assert.Empty(again.Events);
        Assert.Equal(1, ReportedClosings(again));
    }

    [Fact]
    public void Admissions_may_arrive_in_any_order_and_a_compacted_history_remembers_them()
    {
        foreach (var number in new[] { 5, 1, 3, 9 })
        {
            _page.Do(Enter(number, number));
        }

        _page.Do(Close(3));
        var compacted = _page.Decider.Compact(_page.State).ToList();
        var rebuilt = new DeciderDriver<UploadPageState, UploadPageCommand, UploadPageEvent>(_page.Decider);
        compacted.ForEach(rebuilt.Happened);

        foreach (var number in new[] { 5, 1, 3, 9 })
        {
            Assert.Empty(rebuilt.Do(Enter(number, number)).Events);
        }

        foreach (var number in new[] { 2, 4, 6, 7, 8 })
        {
            Assert.NotEmpty(rebuilt.Do(Enter(number, number)).Events);
        }

        Assert.Equal(new AdmissionsSeen(9, []).UpTo, rebuilt.State.Seen.UpTo);
        Assert.Empty(rebuilt.State.Seen.Beyond);
        Assert.Equal((1, 8), (rebuilt.State.Closed, rebuilt.State.Uploads.Count));
    }

    [Fact]
    public void A_marker_stays_valid_after_its_upload_is_gone()
    {
        for (var number = 1; number <= 5; number++)
        {
            _page.Do(Enter(number, number));
        }

        var first = _page.Ask(new ReadUploadPage("", 2));
        _page.Do(new CloseInPage(Some.Incarnation, first.Uploads[1].Upload, 0));
        var rest = _page.Ask(new ReadUploadPage(first.Uploads[1].Upload.ToString(), 10));

        Assert.True(first.HasMore);
        Assert.Equal(3, rest.Uploads.Count);
        Assert.False(rest.HasMore);
    }
}
