using System.Collections.Concurrent;
using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Counts the answers that runs have provoked. Thread-safe, so that parallel runs can share it.</summary>
internal sealed class Coverage
{
    private readonly ConcurrentDictionary<string, int> _successes = new();
    private readonly ConcurrentDictionary<string, int> _errors = new();
    private readonly ConcurrentDictionary<string, int> _codes = new();
    private readonly ConcurrentDictionary<string, int> _refusals = new();
    private readonly ConcurrentDictionary<string, int> _bare = new();
    private int _requests;
    private int _snapshots;

    public int Requests => _requests;

    public IReadOnlyCollection<string> Succeeded => [.. _successes.Keys];

    public IReadOnlyCollection<string> Refused => [.. _errors.Keys];

    /// <summary>The codes of all errors.</summary>
    public IReadOnlyCollection<string> Codes => [.. _codes.Keys];

    /// <summary>The names of all cases of <see cref="Refusal"/> that were returned.</summary>
    public IReadOnlyCollection<string> Refusals => [.. _refusals.Keys];

    /// <summary>The statuses that Kestrel itself answered, with their counts. <see cref="ToString"/> leaves them out, because
    /// the number of answers to malformed bytes depends on timing.</summary>
    public string Bare => string.Join(", ", _bare.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value}"));

    public void CountRequest() => Interlocked.Increment(ref _requests);

    public void CountSnapshot() => Interlocked.Increment(ref _snapshots);

    /// <summary>Counts an answer if it came from Kestrel itself. Returns whether it did.</summary>
    public bool CountBare(IFuzzedProtocol protocol, ApiAnswer answer)
    {
        if (answer.Header(protocol.RequestIdHeader) is not null)
        {
            return false;
        }

        Count(_bare, $"{answer.Status}");
        return true;
    }

    public void Count(IFuzzedProtocol protocol, string? operation, ApiAnswer answer)
    {
        if (CountBare(protocol, answer))
        {
            return;
        }

        Count(answer.Status < 400 ? _successes : _errors, operation ?? "Unknown");
        if (protocol.CodeOf(answer) is { } code)
        {
            Count(_codes, code);
        }

        if (protocol.RefusalOf(answer) is { } refusal)
        {
            Count(_refusals, refusal);
        }
    }

    public override string ToString()
    {
        var text = new StringBuilder($"{_requests} requests, {_snapshots} comparisons of all readable state\n");
        foreach (var operation in _successes.Keys.Union(_errors.Keys).Order(StringComparer.Ordinal))
        {
            text.AppendLine($"{operation,-28}{_successes.GetValueOrDefault(operation),8} done{_errors.GetValueOrDefault(operation),8} refused");
        }

        Add("codes", _codes);
        Add("refusals", _refusals);
        return text.ToString();

        void Add(string what, ConcurrentDictionary<string, int> counts) => text.AppendLine(
            $"{what}: {string.Join(", ", counts.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value}"))}");
    }

    private static void Count(ConcurrentDictionary<string, int> counts, string name) => counts.AddOrUpdate(name, 1, (_, count) => count + 1);
}
