using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Collecting;
using OrleansUploads.Engine.Keys;

namespace OrleansUploads.Engine.Intents;

/// <summary>Carries out intents: sends commands to other entities, stores manifests, deletes bytes, sends notifications and events, and
/// measures inventories.</summary>
/// <param name="host">Sends commands to other entities.</param>
/// <param name="parts">Stores manifests and deletes bytes.</param>
/// <param name="keys">Sends commands to the leaf of a key.</param>
/// <param name="notifier">Sends notifications about finished jobs; null to send none.</param>
/// <param name="meter">Measures the output of inventory jobs; null if no job needs it.</param>
/// <param name="events">Receives the ends of uploads; null to tell none.</param>
/// <param name="time">The clock of timeouts, or null for the machine's.</param>
/// <param name="log">Gets the events that are given up, or null.</param>
public sealed class IntentDelivery(
    IEntityHost host,
    IPartStore parts,
    KeyIndex keys,
    INotifier? notifier = null,
    IInventoryMeter? meter = null,
    IUploadEvents? events = null,
    TimeProvider? time = null,
    EngineLog? log = null)
{
    /// <summary>The maximum number of uploads whose bytes a process deletes at the same time at the request of their owners.</summary>
    internal const int MaxReclaimedAtOnce = 32;

    /// <summary>How many of them one account or bucket may have. The next account finds a free turn, and shares the disk or the store with
    /// as many deletions.</summary>
    internal const int MaxReclaimedPerTenant = 16;

    private readonly InventoryMeasurement _measurement = new(host, meter);
    private readonly EndTelling _ends = new(events, time ?? TimeProvider.System, log ?? EngineLog.None);
    private readonly FairTurns<string> _reclaims = new(MaxReclaimedAtOnce, MaxReclaimedPerTenant);

    /// <summary>Carries out an intent once.</summary>
    /// <param name="sender">The entity that recorded the intent.</param>
    /// <param name="action">What to do.</param>
    /// <param name="cancellationToken">Stops waiting; the intent may have been carried out.</param>
    /// <returns>What the receiver answered; <see cref="Done"/> if the action has no receiver.</returns>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; repeating the call is safe.</exception>
    public async ValueTask<IAnswer> CarryOutAsync(EntityId sender, IntentAction action, CancellationToken cancellationToken)
    {
        switch (action)
        {
            case TellEntity tell:
                var (answer, _) = await host.SendAsync(tell.Receiver, tell.Command, cancellationToken);
                if (answer is Refusal refusal)
                {
                    throw new InvalidOperationException(
                        $"{tell.Receiver} refused {tell.Command.GetType().Name} of {sender}: {refusal}.");
                }

                return answer;
            case TellKey tell:
                return await keys.TellAsync(sender, tell, cancellationToken);
            case NotifyTopic notify:
                if (notifier is not null)
                {
                    await notifier.NotifyAsync(VaultIncarnation.OfJobs(sender), notify.Notice, cancellationToken);
                }

                break;
            case TellEnd tell:
                await _ends.TellAsync(tell, cancellationToken);
                break;
            case MeasureInventory measure:
                return await _measurement.MeasureAsync(measure.Job, cancellationToken);
            case StoreManifest store:
                await parts.PutManifestAsync(store.Manifest, cancellationToken);
                if (store.Then is { } next)
                {
                    return await CarryOutAsync(sender, next, cancellationToken);
                }

                break;
            case ReclaimBytes reclaim:
                using (await _reclaims.TakeAsync(reclaim.Tenant, cancellationToken))
                {
                    await parts.ReclaimAsync(reclaim.Upload, cancellationToken);
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(action), action, "Unknown action.");
        }

        return Done.Instance;
    }
}
