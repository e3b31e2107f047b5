namespace OrleansUploads.Simulation.Bugs;

/// <summary>Mistakes in the pages that list uploads in progress.</summary>
internal abstract class PageBugs : BugsOf<UploadPageState, UploadPageCommand, UploadPageEvent>
{
    public static IReadOnlyList<BugCase> All { get; } =
    [
        // The page says that its uploads have ended, and tells none.
        Bug("a page of a deleted vault does not end its uploads", 1000, right => new(right)
        {
            Decides = (state, command, time) => command is EndListedUploads ? Nothing : right.Decide(state, command, time),
        }),
        Bug("a page's snapshot lacks an upload", 1000, right => new(right)
        {
            Compacts = state => right.Compact(state).Select(happened =>
                happened is UploadPageSnapshot snapshot ? snapshot with { Uploads = [.. snapshot.Uploads.SkipLast(1)] } : happened),
        }),

        // A repeated admission is not detected.
        Bug("a page lists an ended upload again", 5000, right => new(right)
        {
            Decides = (state, command, time) => right.Decide(
                command is ListInPage { Admission: var number } && number == state.Seen.UpTo && number > 0
                    ? state with { Seen = state.Seen with { UpTo = number - 1 } }
                    : state,
                command,
                time),
        }),
    ];
}
