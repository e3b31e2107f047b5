using OrleansUploads.Core.Jobs;

namespace OrleansUploads.Gateway;

/// <summary>Retrieval delays as operators write them.</summary>
public static class RetrievalDelays
{
    /// <summary>What can be written.</summary>
    public const string Form = "3h for all tiers, or standard=3h, expedited=1m, bulk=12h";

    /// <summary>Reads <c>3h</c>, for all tiers, or <c>standard=3h</c>, for one.</summary>
    /// <param name="text">What is written.</param>
    /// <param name="before">What was written before it.</param>
    /// <param name="after">Both; what comes later wins.</param>
    /// <returns>False where it is no delay.</returns>
    public static bool TryParse(string text, RetrievalPolicy before, out RetrievalPolicy after)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(before);
        after = before;
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (!Durations.TryParse(text[(equals + 1)..], out var delay))
        {
            return false;
        }

        RetrievalPolicy? changed = (equals < 0 ? "" : text[..equals]) switch
        {
            "" when equals < 0 => RetrievalPolicy.After(delay),
            "standard" => before with { StandardDelay = delay },
            "expedited" => before with { ExpeditedDelay = delay },
            "bulk" => before with { BulkDelay = delay },
            _ => null,
        };
        after = changed ?? before;
        return changed is not null;
    }
}
