using System.Collections.Concurrent;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Counts by name what runs have provoked. Thread-safe, so that parallel runs can share it.</summary>
internal sealed class Coverage
{
    private const string Kestrel = "answered by Kestrel itself";

    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);

    public void Count(string name) => _counts.AddOrUpdate(name, 1, static (_, count) => count + 1);

    public void Count(Judge judge, string? operation, ApiAnswer answer)
    {
        if (CountBare(judge, answer))
        {
            return;
        }

        Count($"{operation ?? "Unknown"} {(answer.Status < 400 ? "done" : "refused")}");
        foreach (var name in answer.Status < 400 ? [] : judge.NamesOf(answer))
        {
            Count(name);
        }
    }

    /// <summary>Counts an answer if it came from Kestrel itself. Returns whether it did.</summary>
    public bool CountBare(Judge judge, ApiAnswer answer)
    {
        var isBare = answer.Header(judge.RequestIdHeader) is null;
        if (isBare)
        {
            Count($"{answer.Status} {Kestrel}");
        }

        return isBare;
    }

    public IReadOnlyList<string> Missing(IEnumerable<string> names) => [.. names.Except(_counts.Keys)];

    /// <summary>All counts except answers from Kestrel itself, because their number depends on timing.</summary>
    public override string ToString() => string.Join('\n', _counts
        .Where(count => !count.Key.EndsWith(Kestrel, StringComparison.Ordinal))
        .OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Key} {count.Value}"));
}
