using OrleansUploads.Cluster.Uploads;
using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Cluster.Tests.Uploads;

/// <summary>Every refusal that an ingestion node can get has a kind and a message. All others are listed here, so that a new
/// refusal cannot be forgotten.</summary>
public sealed class UploadRefusalsTests
{
    /// <summary>Refusals of commands that the upload grain never sends: those of the gateway, of jobs, policies and
    /// vaults.</summary>
    private static readonly HashSet<Type> OfOtherCallers =
    [
        typeof(Refusal.AccessPolicyNotFound),
        typeof(Refusal.ArchiveNotFound),
        typeof(Refusal.ArchiveStoredExternally),
        typeof(Refusal.ClockNotTrusted),
        typeof(Refusal.CollectionHeld),
        typeof(Refusal.CreateKeyInUse),
        typeof(Refusal.InventoryStale),
        typeof(Refusal.JobNotFound),
        typeof(Refusal.JobNotReady),
        typeof(Refusal.LengthDiffers),
        typeof(Refusal.LinearHashDiffers),
        typeof(Refusal.LockIdDiffers),
        typeof(Refusal.LockInProgress),
        typeof(Refusal.LockNotFound),
        typeof(Refusal.LookupStale),
        typeof(Refusal.NotificationsNotSet),
        typeof(Refusal.RetrievalNotAdmitted),
        typeof(Refusal.RetrievalRangeInvalid),
        typeof(Refusal.TooManyCapacityUnits),
        typeof(Refusal.TooManyJobs),
        typeof(Refusal.TooManyTags),
        typeof(Refusal.TooManyVaults),
        typeof(Refusal.VaultLocked),
        typeof(Refusal.VaultNotEmpty),
        typeof(Refusal.VerdictStale),
    ];

    private static IEnumerable<Refusal> OfIngestionNodes =>
        RefusalMessages.Samples.Where(refusal => !OfOtherCallers.Contains(refusal.GetType()));

    [Fact]
    public void Every_refusal_for_an_ingestion_node_has_a_kind_and_a_message() =>
        Assert.Empty(RefusalMessages.Faults(OfIngestionNodes, Describe));

    [Fact]
    public void A_refusal_of_other_callers_has_no_kind() => Assert.Equal(
        OfOtherCallers.Select(type => $"{type.Name} is not described: ArgumentOutOfRangeException.").Order(StringComparer.Ordinal),
        RefusalMessages.Faults(RefusalMessages.Samples, Describe));

    [Fact]
    public void A_refusal_without_a_message_is_found_and_named() => Assert.Equal(
        ["NoParts has no message."],
        RefusalMessages.Faults(
            OfIngestionNodes, static refusal => refusal is Refusal.NoParts ? ("Incomplete", null) : Describe(refusal)));

    private static (string? Code, string? Message) Describe(Refusal refusal)
    {
        var described = UploadRefusals.From(refusal);
        return (described.Kind.ToString(), described.Message);
    }
}
