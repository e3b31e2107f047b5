using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Accounts;

/// <summary>What can happen to an account. Stored for years: a case is never changed, only followed by a new one.</summary>
public abstract record AccountEvent
{
    private protected AccountEvent()
    {
    }
}

/// <summary>A vault was taken in.</summary>
public sealed record VaultTakenIn(VaultLife Life, DateTimeOffset At) : AccountEvent;

/// <summary>The vault itself has begun its life.</summary>
public sealed record VaultConfirmed(VaultLife Life) : AccountEvent;

/// <summary>A deleted vault is no longer listed.</summary>
public sealed record VaultTakenOut(VaultLife Life) : AccountEvent;

/// <summary>How the account limits its retrievals was set.</summary>
public sealed record DataRetrievalPolicySet(RetrievalStrategy Strategy, long? BytesPerHour) : AccountEvent;

/// <summary>A retrieval was let pass, and counts against the limit for an hour.</summary>
public sealed record RetrievalAdmitted(JobId Job, long Bytes, DateTimeOffset At) : AccountEvent;

/// <summary>A unit of provisioned capacity was bought.</summary>
public sealed record CapacityPurchased(CapacityUnit Unit) : AccountEvent;

/// <summary>Carries over how many vault lives there have been; only snapshots have it.</summary>
public sealed record EpochCarriedOver(long LastEpoch) : AccountEvent;
