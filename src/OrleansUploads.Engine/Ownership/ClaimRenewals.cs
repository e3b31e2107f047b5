namespace OrleansUploads.Engine.Ownership;

/// <summary>Renews a claim, and finds renewals that the decisions do not have.</summary>
/// <remarks>A physical copy of the decisions (of the files of a database, or of a whole disk) has the identity of its original, and so the same
/// claim. The original goes on renewing the claim, first beside its decisions and then in the store. So a copy finds a later renewal in the
/// store than its own.</remarks>
internal sealed class ClaimRenewals(IStoreMark store, IClaimRecord record)
{
    private readonly Lock _gate = new();
    private volatile StoreRenewal? _known;
    private string? _seen;

    /// <summary>Whether a process with other decisions has renewed a claim.</summary>
    /// <param name="held">The claim.</param>
    /// <param name="names">What the store listed.</param>
    public async ValueTask<bool> AreForeignAsync(StoreClaim held, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var shown = new List<StoreRenewal>();
        foreach (var name in names)
        {
            if (StoreRenewal.TryParse(name, out var renewal) && renewal.IsOf(held))
            {
                shown.Add(renewal);
            }
        }

        if (!shown.Exists(IsUnknown))
        {
            return false;
        }

        Learn(await record.FindRenewalAsync(cancellationToken), held);
        return shown.Exists(IsUnknown);
    }

    /// <summary>Whether no other process has renewed the claim since the last call.</summary>
    public async ValueTask<bool> IsDueAsync(StoreClaim held, CancellationToken cancellationToken)
    {
        var kept = await record.FindRenewalAsync(cancellationToken);
        Learn(kept, held);
        if (kept == _seen)
        {
            return true;
        }

        _seen = kept;
        return false;
    }

    /// <summary>Renews the claim, unless another process has done so since <see cref="IsDueAsync"/>.</summary>
    public async ValueTask RenewAsync(StoreClaim held, CancellationToken cancellationToken)
    {
        var former = _seen;
        var next = StoreRenewal.New(held, (_known?.Number ?? 0) + 1);
        if (!await record.TryKeepRenewalAsync(next.Name, former, cancellationToken))
        {
            return;
        }

        _seen = next.Name;
        Learn(next.Name, held);
        await store.PutClaimAsync(next.Name, $"renews {held}", cancellationToken);
        if (former is not null)
        {
            await store.DeleteClaimAsync(former, cancellationToken);
        }
    }

    /// <summary>A renewal that is older than the latest one may be left from a process that has ended.</summary>
    private bool IsUnknown(StoreRenewal shown) =>
        _known is not { } known || shown.Number > known.Number || (shown.Number == known.Number && shown != known);

    /// <summary>What a failover of the database has lost is still known.</summary>
    private void Learn(string? kept, StoreClaim held)
    {
        lock (_gate)
        {
            if (StoreRenewal.TryParse(kept, out var renewal) && renewal.IsOf(held) && !(_known?.Number >= renewal.Number))
            {
                _known = renewal;
            }
        }
    }
}
