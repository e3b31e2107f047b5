using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Core.Jobs;

/// <summary>Sends a notice about a finished job to an external topic. Retries stop once the jobs entity has abandoned the
/// notice.</summary>
/// <param name="Notice">The notice.</param>
public sealed record NotifyTopic(JobNotice Notice) : IntentAction
{
    /// <summary>Always false, because a topic's receiver may be permanently unavailable.</summary>
    public override bool IsAwaited => false;
}
