using OrleansUploads.Core;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Entities;

/// <summary>Carries intents out: gives commands to other entities, stores manifests, sends messages.</summary>
/// <param name="host">Reaches the other entities.</param>
/// <param name="parts">Where manifests go.</param>
/// <param name="notifier">Where messages of the end of jobs go; null for nowhere.</param>
public sealed class IntentDelivery(IEntityHost host, IPartStore parts, INotifier? notifier = null)
{
    /// <summary>Carries an intent out, once.</summary>
    /// <param name="sender">Whose intent it is.</param>
    /// <param name="action">What to do.</param>
    /// <param name="cancellationToken">Gives up; it may have been done.</param>
    /// <exception cref="EntityUnavailableException">It is not known whether it was.</exception>
    public async ValueTask CarryOutAsync(EntityId sender, IntentAction action, CancellationToken cancellationToken)
    {
        switch (action)
        {
            case IntentAction.Tell tell:
                if (await host.SendAsync(tell.Receiver, tell.Command, cancellationToken) is Refusal refusal)
                {
                    throw new InvalidOperationException(
                        $"{tell.Receiver} refused {tell.Command.GetType().Name} of {sender}: {refusal}.");
                }

                break;
            case IntentAction.Notify notify:
                if (notifier is not null)
                {
                    await notifier.NotifyAsync(VaultLife.OfJobs(sender), notify.Notice, cancellationToken);
                }

                break;
            case IntentAction.StoreManifest store:
                await parts.PutManifestAsync(store.Manifest, cancellationToken);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(action), action, "No such action.");
        }
    }
}
