using System.Collections.Concurrent;
using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Counts the answers that runs have provoked. Thread-safe, so that parallel runs can share it.</summary>
internal sealed class Coverage
{
    private readonly Tally _succeeded = new();
    private readonly Tally _refused = new();
    private readonly Tally _codes = new();
    private readonly Tally _refusals = new();
    private readonly Tally _bare = new();
    private int _requests;
    private int _snapshots;

    public int Requests => _requests;

    /// <summary>The operations that were carried out.</summary>
    public ICollection<string> Succeeded => _succeeded.Keys;

    /// <summary>The operations that were refused.</summary>
    public ICollection<string> Refused => _refused.Keys;

    /// <summary>The codes of all errors.</summary>
    public ICollection<string> Codes => _codes.Keys;

    /// <summary>The names of all cases of <see cref="Refusal"/> that were returned.</summary>
    public ICollection<string> Refusals => _refusals.Keys;

    /// <summary>The statuses that Kestrel itself answered, with their counts. <see cref="ToString"/> leaves them out, because
    /// the number of answers to malformed bytes depends on timing.</summary>
    public string Bare => $"{_bare}";

    public void CountRequest() => Interlocked.Increment(ref _requests);

    public void CountSnapshot() => Interlocked.Increment(ref _snapshots);

    /// <summary>Counts an answer if it came from Kestrel itself. Returns whether it did.</summary>
    public bool CountBare(Judge judge, ApiAnswer answer)
    {
        if (answer.Header(judge.RequestIdHeader) is not null)
        {
            return false;
        }

        _bare.Increment($"{answer.Status}");
        return true;
    }

    public void Count(Judge judge, string? operation, ApiAnswer answer)
    {
        if (!CountBare(judge, answer))
        {
            (answer.Status < 400 ? _succeeded : _refused).Increment(operation ?? "Unknown");
            _codes.Increment(judge.CodeOf(answer));
            _refusals.Increment(judge.RefusalOf(answer));
        }
    }

    public override string ToString()
    {
        var text = new StringBuilder($"{_requests} requests, {_snapshots} comparisons of all readable state\n");
        foreach (var operation in Succeeded.Union(Refused).Order(StringComparer.Ordinal))
        {
            text.AppendLine($"{operation,-28}{_succeeded.GetValueOrDefault(operation),8} done{_refused.GetValueOrDefault(operation),8} refused");
        }

        return text.AppendLine($"codes: {_codes}").AppendLine($"refusals: {_refusals}").ToString();
    }

    /// <summary>How often each name was counted.</summary>
    private sealed class Tally : ConcurrentDictionary<string, int>
    {
        public void Increment(string? name)
        {
            if (name is not null)
            {
                AddOrUpdate(name, 1, static (_, count) => count + 1);
            }
        }

        public override string ToString() =>
            string.Join(", ", this.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value}"));
    }
}
