namespace OrleansUploads.Core.Parts;

/// <summary>How a part came to be the part: who sent it, and what it replaced.</summary>
/// <typeparam name="TPart">The type of the part, which has a trail.</typeparam>
/// <param name="By">The number of its sender in the upload's <see cref="SenderTable"/>, or 0 if it is not known.</param>
/// <param name="Resent">How many attempts it replaced, with those that they replaced.</param>
/// <param name="Earlier">The newest of these that is kept, or null.</param>
public readonly record struct PartTrail<TPart>(byte By, int Resent, TPart? Earlier)
    where TPart : class
{
    /// <summary>The number of the sender for an event, or null if it is not known.</summary>
    public int? Number => By == 0 ? null : By;

    /// <summary>The trail of a part that replaces another one.</summary>
    /// <param name="before">The replaced part, or null.</param>
    /// <param name="by">The number of the new part's sender in the event, or null.</param>
    /// <param name="lost">How many replaced attempts the history does not contain, or null.</param>
    /// <param name="kept">How many replaced attempts the upload keeps.</param>
    internal PartTrail<TPart> Continue(TPart? before, int? by, int? lost, ref int kept)
    {
        var number = (byte)(by ?? 0);
        if (before is null)
        {
            return new PartTrail<TPart>(number, lost ?? 0, null);
        }

        var keeps = kept < PartTrail.MaxKept;
        kept += keeps ? 1 : 0;
        return new PartTrail<TPart>(number, Resent + 1 + (lost ?? 0), keeps ? before : Earlier);
    }

    /// <summary>The replaced attempts that are kept, the oldest first.</summary>
    /// <param name="trailOf">The trail of a part.</param>
    internal IReadOnlyCollection<TPart> Replaced(Func<TPart, PartTrail<TPart>> trailOf)
    {
        if (Earlier is null)
        {
            return [];
        }

        var replaced = new Stack<TPart>();
        for (var earlier = Earlier; earlier is not null; earlier = trailOf(earlier).Earlier)
        {
            replaced.Push(earlier);
        }

        return replaced;
    }
}

/// <summary>The limit of all trails.</summary>
public static class PartTrail
{
    /// <summary>Maximum number of replaced attempts that an upload keeps. The others are only counted.</summary>
    public const int MaxKept = 256;
}
