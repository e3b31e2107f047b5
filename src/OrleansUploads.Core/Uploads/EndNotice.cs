using System.Security.Cryptography;
using System.Text;
using OrleansUploads.Core.Settings;

namespace OrleansUploads.Core.Uploads;

/// <summary>A notice that a multipart upload has ended. It is given at least once, and each time it is the same.</summary>
/// <param name="Spec">What was fixed when the upload was initiated: its ID, and its vault or the name of its object.</param>
/// <param name="End">How it ended: completed, aborted or expired. An upload whose vault or bucket was deleted counts as aborted.</param>
/// <param name="Completion">The archive or object that it became, or null unless it was completed.</param>
public sealed record EndNotice(UploadSpec Spec, UploadPhase End, DateTimeOffset At, Completion? Completion)
{
    /// <summary>The ID of the notice, by which a receiver recognizes repetitions. It follows from the upload and its end.</summary>
    public string Id
    {
        get
        {
            var named = string.Create(CultureInfo.InvariantCulture, $"{(int)End}/{Spec.Upload}");
            return $"evt_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(named)).AsSpan(0, 16))}";
        }
    }
}

/// <summary>Gives a notice to the receiver of events.</summary>
/// <param name="Tenant">Who shares turns with others, see <see cref="UploadSpec.Tenant"/>.</param>
/// <param name="IsLast">Whether it is given up if this attempt fails.</param>
public sealed record TellEnd(EndNotice Notice, string Tenant, bool IsLast) : IntentAction;

/// <summary>The rules of notices about the ends of multipart uploads.</summary>
/// <remarks>The state records that a notice is due, and the clock wakes the upload to repeat it. The intent itself is not recorded: a host
/// gives it up when it fails, so that uploads whose receiver is away do not stay in memory.</remarks>
/// <param name="policy">Whether ends are told.</param>
internal sealed class EndNoticeRules(UploadPolicy policy)
{
    /// <summary>The time between the end and the second attempt. Each later pause is as long as all before it together.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(15);

    /// <summary>Since when the end of the upload is to be told, or null if it need not be.</summary>
    public static DateTimeOffset? SinceOf(UploadState state) => state switch
    {
        UploadState.Stored stored => stored.NoticeSince,
        UploadState.Ended ended => ended.NoticeSince,
        _ => null,
    };

    /// <summary>When the end is told again, or null if it need not be.</summary>
    public static DateTimeOffset? NextAt(UploadState state, DateTimeOffset now) => SinceOf(state) is not { } since ? null
        : now - since < FirstPause ? since + FirstPause
        : now + (now - since < LongestPause ? now - since : LongestPause);

    /// <summary>Adds the notice to a decision that ends a multipart upload, in the same record.</summary>
    public Decision<UploadEvent> Announce(UploadState before, Decision<UploadEvent> decision, ServiceTime time)
    {
        if (!policy.TellsEnds || !decision.Events.Any(static happened => happened is CompletionPublished or UploadEnded))
        {
            return decision;
        }

        var events = decision.Events.Add(new EndNoticeDue(time.Now));
        return events.Aggregate(before, UploadEvolution.Apply) is UploadState.Known { Spec.IsListed: true } ended
            ? decision with { Events = events, Intents = decision.Intents.Add(Tell(ended, isLast: false)) }
            : decision;
    }

    /// <summary>Tells again what is still to be told. Without a receiver, or after the life of a notice, for the last time.</summary>
    public Decision<UploadEvent> Repeat(UploadState state, Decision<UploadEvent> decision, ServiceTime time) =>
        SinceOf(state) is { } since && time.Now - since >= FirstPause
            ? decision with
            {
                Intents = decision.Intents.Add(Tell(
                    (UploadState.Known)state, !policy.TellsEnds || time.ServedSince(since) >= UploadPolicy.EndNoticeLife)),
            }
            : decision;

    private static Intent Tell(UploadState.Known ended, bool isLast)
    {
        var notice = ended is UploadState.Ended { End: var end, EndedAt: var at }
            ? new EndNotice(ended.Spec, UploadQueries.PhaseOf(end), at, Completion: null)
            : new EndNotice(ended.Spec, UploadPhase.Completed, ended.Completed!.At, ended.Completed);
        return new Intent("tell-end", new TellEnd(notice, ended.Spec.Tenant, isLast), new ConfirmEndTold())
        {
            IsAwaited = false,
            IsRecorded = false,
        };
    }
}
