using System.Collections.Concurrent;

namespace OrleansUploads.EndToEnd.Tests.Crashes;

/// <summary>What all clients know: the requests that the server has acknowledged, and those that it may have carried out.</summary>
internal sealed class Ledger
{
    private volatile TaskCompletionSource _answersReached = new();
    private int _seed;
    private int _awaitedAnswers;

    public const string Vault = "crashes";

    /// <summary>Every upload whose ID is known.</summary>
    public ConcurrentQueue<KnownUpload> Uploads { get; } = new();

    /// <summary>Every archive that was sent in one request, answered or not.</summary>
    public ConcurrentQueue<KnownArchive> SingleArchives { get; } = new();

    /// <summary>Descriptions of uploads whose initiation was sent and not answered.</summary>
    public ConcurrentDictionary<string, bool> UnansweredInitiations { get; } = new();

    /// <summary>The number of answered requests of each kind.</summary>
    public ConcurrentDictionary<string, int> Answers { get; } = new();

    /// <summary>The number of requests of each kind that a kill left unanswered.</summary>
    public ConcurrentDictionary<string, int> Unanswered { get; } = new();

    public IEnumerable<KnownArchive> Archives => Uploads
        .Where(upload => upload.Archive is not null).Select(upload => upload.Archive!)
        .Concat(SingleArchives);

    /// <summary>Returns content that no other archive or part has, so that its hash is unique.</summary>
    public PartContent NewContent(int lengthBytes) => new(Interlocked.Increment(ref _seed), lengthBytes);

    public void CountAnswered(string what)
    {
        Answers.AddOrUpdate(what, 1, static (_, count) => count + 1);
        if (Interlocked.Decrement(ref _awaitedAnswers) == 0)
        {
            _answersReached.TrySetResult();
        }
    }

    /// <summary>Completes after this many more answers.</summary>
    public Task WaitForAnswersAsync(int count)
    {
        _answersReached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _awaitedAnswers, count);
        return _answersReached.Task;
    }

    public void CountUnanswered(string what) => Unanswered.AddOrUpdate(what, 1, static (_, count) => count + 1);

    public override string ToString() =>
        $"answered: {Format(Answers)}\nkilled in flight: {Format(Unanswered)}";

    private static string Format(ConcurrentDictionary<string, int> counts) =>
        string.Join(", ", counts.Select(entry => $"{entry.Key} {entry.Value}").Order(StringComparer.Ordinal));
}
