namespace OrleansUploads.Core.Tests.Vaults;

public sealed class UploadPageDeciderTests() : DeciderDriver<UploadPageState, UploadPageCommand, UploadPageEvent>(new UploadPageDecider())
{
    private IEnumerable<UploadId> Listed => Ask(new ReadUploadPage("", 10)).Uploads.Select(spec => spec.Upload);

    private static ListInPage Enter(int number, long admission) => new(Some.Spec(number), admission);

    private static CloseInPage Close(int number, long admission = 0) => new(Some.Incarnation, Some.Upload(number), admission);

    /// <summary>Commands, the numbers of ended admissions after each of them, and the numbers of the uploads that are listed in the end.</summary>
    private static readonly Dictionary<string, (UploadPageCommand[] Commands, long[] Closed, int[] Listed)> Scenarios = new()
    {
        ["a repeated admission"] = ([Enter(1, 1), Enter(1, 1)], [0, 0], [1]),
        ["a late repeated admission of an ended upload"] = ([Enter(1, 1), Close(1), Enter(1, 1)], [0, 1, 1], []),
        ["an upload that ends before its listing"] = ([Enter(1, 1), Close(2, 2), Enter(2, 2)], [0, 1, 1], [1]),
        ["a second admission of a listed upload"] = ([Enter(1, 1), Enter(1, 2), Close(1)], [0, 1, 2], []),
        ["a second admission after the end of the upload"] = ([Enter(1, 1), Close(1, 2), Enter(1, 2)], [0, 2, 2], []),
        ["a repeated closing"] = ([Enter(1, 1), Close(1), Close(1)], [0, 1, 1], []),
    };

    public static TheoryData<string> Names => [.. Scenarios.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_admission_is_listed_at_most_once_and_its_end_is_reported(string scenario)
    {
        var (commands, closed, listed) = Scenarios[scenario];
        foreach (var (command, number) in commands.Zip(closed))
        {
            var before = State;
            var decision = Do(command);
            Assert.Equal(number, State.Closed);
            if (number > before.Closed || command is CloseInPage)
            {
                Assert.Equal(number, Assert.Single(decision.Intents).Tells<RecordUploadPage>().Closed);
            }
            else
            {
                Assert.True(before == State || before.Uploads.Count < State.Uploads.Count);
            }
        }

        Assert.Equal(listed.Select(Some.Upload), Listed);
    }

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
    public void Admissions_may_arrive_in_any_order()
    {
        Given(Enter(5, 5), Enter(1, 1), Enter(3, 3), Enter(9, 9), Close(3));
        AssertSnapshotIsComplete();
        Assert.All([5, 1, 3, 9], number => Unchanged(Enter(number, number)));
        Assert.All([2, 4, 6, 7, 8], number => Assert.NotEmpty(Do(Enter(number, number)).Events));
        Assert.Equal(9, State.Seen.UpTo);
        Assert.Empty(State.Seen.Beyond);
        Assert.Equal((1, 8), (State.Closed, State.Uploads.Count));
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
