using System.Collections.Immutable;
using OrleansUploads.Core.Parts;

namespace OrleansUploads.Core.Uploads;

/// <summary>When, from where and through which node the parts of an upload came, and which attempts lost.</summary>
/// <param name="Senders">The senders. The first has number 1.</param>
/// <param name="EndedBy">The number of the sender that completed or aborted the upload, or 0 if that is not known or has not happened.</param>
/// <param name="Parts">The parts that count, by number.</param>
/// <param name="Lost">Attempts that were parts once and do not count, by number: at most <see cref="MaxLost"/>.</param>
/// <param name="NotListed">The number of further attempts that do not count.</param>
public sealed record Timeline(
    ImmutableArray<Sender> Senders,
    int EndedBy,
    IReadOnlyList<TimelinePart> Parts,
    IReadOnlyList<LostAttempt> Lost,
    int NotListed)
{
    /// <summary>Maximum number of listed attempts that do not count.</summary>
    public const int MaxLost = PartTrail.MaxKept;

    /// <summary>The sender with a number, or null if it is not known or the number means several.</summary>
    public Sender? SenderOf(int number) => number >= 1 && number <= Senders.Length ? Senders[number - 1] : null;

    /// <summary>The timeline with only one of its parts.</summary>
    public Timeline Only(int number) => this with
    {
        Parts = [.. Parts.Where(part => part.Number == number)],
        Lost = [.. Lost.Where(attempt => attempt.Number == number)],
    };
}

/// <summary>A part that counts.</summary>
/// <param name="Number">Its number. The part at the beginning of an archive has number 1.</param>
/// <param name="At">When it was accepted.</param>
/// <param name="By">The number of its sender, 0 if that is not known, or <see cref="SenderTable.Others"/>.</param>
/// <param name="Resent">How many earlier attempts it replaced.</param>
public readonly record struct TimelinePart(int Number, DateTimeOffset At, int By, int Resent);

/// <summary>An attempt that was a part and does not count.</summary>
/// <param name="Number">The number of the part.</param>
/// <param name="At">When it was accepted.</param>
/// <param name="By">The number of its sender, 0 if that is not known, or <see cref="SenderTable.Others"/>.</param>
/// <param name="LengthBytes">Its length.</param>
/// <param name="Attempt">The attempt, or null if nothing is stored of it or its bytes are external.</param>
/// <param name="IsReplaced">True if another attempt replaced it; false if the completion did not name the part.</param>
public readonly record struct LostAttempt(
    int Number, DateTimeOffset At, int By, long LengthBytes, AttemptId? Attempt, bool IsReplaced);
