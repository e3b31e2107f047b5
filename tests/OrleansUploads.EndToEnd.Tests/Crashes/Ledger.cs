using System.Collections.Concurrent;

namespace OrleansUploads.EndToEnd.Tests.Crashes;

/// <summary>All that the clients know: what the server has acknowledged, and what it may have done besides.</summary>
internal sealed class Ledger
{
    private volatile TaskCompletionSource _enough = new();
    private int _seed;
    private int _awaitedAnswers;

    public const string Vault = "crashes";

    /// <summary>Every upload whose ID is known.</summary>
    public ConcurrentQueue<KnownUpload> Uploads { get; } = new();

    /// <summary>Every archive that was sent in one request, answered or not.</summary>
    public ConcurrentQueue<KnownArchive> SingleArchives { get; } = new();

    /// <summary>Descriptions of uploads whose initiation was sent and not answered.</summary>
    public ConcurrentDictionary<string, bool> UnansweredInitiations { get; } = new();

    /// <summary>How often the server answered, by what it was asked.</summary>
    public ConcurrentDictionary<string, int> Answers { get; } = new();

    /// <summary>How often it was killed instead.</summary>
    public ConcurrentDictionary<string, int> Unanswered { get; } = new();

    public IEnumerable<KnownArchive> Archives => Uploads
        .Where(upload => upload.Archive is not null).Select(upload => upload.Archive!)
        .Concat(SingleArchives);

    /// <summary>Content that no other archive or part has, so that each is told from all others by its hash.</summary>
    public Content NewContent(int lengthBytes) => new(Interlocked.Increment(ref _seed), lengthBytes);

    public void Answered(string what)
    {
        Answers.AddOrUpdate(what, 1, static (_, count) => count + 1);
        if (Interlocked.Decrement(ref _awaitedAnswers) == 0)
        {
            _enough.TrySetResult();
        }
    }

    /// <summary>Waits for so many more answers of the server.</summary>
    public Task WaitForAnswersAsync(int count)
    {
        _enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _awaitedAnswers, count);
        return _enough.Task;
    }

    public void LeftUnanswered(string what) => Unanswered.AddOrUpdate(what, 1, static (_, count) => count + 1);

    public override string ToString() =>
        $"answered: {Format(Answers)}\nkilled in flight: {Format(Unanswered)}";

    private static string Format(ConcurrentDictionary<string, int> counts) =>
        string.Join(", ", counts.Select(entry => $"{entry.Key} {entry.Value}").Order(StringComparer.Ordinal));
}
