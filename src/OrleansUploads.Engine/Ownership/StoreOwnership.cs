namespace OrleansUploads.Engine.Ownership;

/// <summary>Holds a part store for one owner: a data folder, or all silos of a cluster. Its claim is read before anything is deleted.</summary>
/// <remarks>
/// A start lists the claims of the store, stores one with the next number, and lists them again. If it sees another one with its number or a
/// higher one, it withdraws. Of two starts at the same time at most one goes on, because the later of two listings shows both claims.
/// An owner holds the store while no claim has a higher number than its own. A deletion reads the claims after what it deletes was listed, so a
/// process that was paused meanwhile can only delete what existed while it was the owner.
/// </remarks>
public sealed class StoreOwnership
{
    /// <summary>How old the reading of the claims may be before a write. A deletion always reads anew.</summary>
    public static readonly TimeSpan WriteReadingLife = TimeSpan.FromSeconds(5);

    /// <summary>How often the claim is renewed. All processes of a cluster renew it together, also while they store nothing. A process that is
    /// the only owner renews it if it has stored something.</summary>
    public static readonly TimeSpan RenewalInterval = TimeSpan.FromSeconds(10);

    /// <summary>A process that joins others, or seems to, renews and collects nothing for this long. If it has a copy of their decisions, they
    /// have renewed the claim by then.</summary>
    private static readonly TimeSpan Probation = 3 * RenewalInterval;

    private readonly IStoreMark _store;
    private readonly IClaimRecord? _record;
    private readonly string _user;
    private readonly bool _isShared;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly ClaimRenewals? _renewals;
    private readonly string _otherDecisions;
    private StoreClaim? _held;
    private long _joinedAt;
    private PartStoreUnavailableException? _notCompared;
    private string? _incarnation;
    private StoreLostException? _lost;
    private Task _reading = Task.CompletedTask;
    private Task? _nextReading;
    private long _readAt;
    private bool _hasStored;

    /// <param name="record">Keeps the claims beside the decisions. Null for a process that has no decisions and follows the
    /// owner that it finds, such as a gateway of a cluster.</param>
    /// <param name="user">Describes the owner for messages, such as <c>the data folder /srv/uploads on host-1</c>.</param>
    /// <param name="isShared">Whether several processes are one owner, so that a start joins those that run.</param>
    public StoreOwnership(IStoreMark store, IClaimRecord? record, string user, bool isShared, TimeProvider time)
    {
        _store = store;
        _record = record;
        _user = user;
        _isShared = isShared;
        _time = time;
        _renewals = record is null ? null : new ClaimRenewals(store, record);
        _otherDecisions = isShared
            ? "is used by silos with another database, which is a copy of this one or its original"
            : "is used by a server with another data folder, which is a copy of this one or its original";
    }

    /// <summary>Why the store is lost, or null while it is not known to be.</summary>
    public StoreLostException? Loss => Volatile.Read(ref _lost);

    /// <summary>Whether this process may have a copy of the decisions of processes that use the store, because it has joined them recently.
    /// Then it must not delete what its decisions do not know.</summary>
    public bool IsOnProbation => Volatile.Read(ref _joinedAt) is not 0 and var joinedAt && _time.GetElapsedTime(joinedAt) < Probation;

    /// <summary>Names the store, its owner and its incarnation, to compare with another process; null before the store is
    /// taken and marked.</summary>
    public string? Incarnation => Volatile.Read(ref _incarnation);

    /// <summary>Takes the store, or joins the processes that have it, unless this was done before.</summary>
    /// <param name="takesOver">Whether to take the store from another owner, which the operator has stopped.</param>
    /// <exception cref="StoreOwnedException">The store belongs to another owner.</exception>
    /// <exception cref="PartStoreUnavailableException">The store does not answer.</exception>
    public async ValueTask TakeAsync(bool takesOver, CancellationToken cancellationToken)
    {
        if (_held is null)
        {
            var readAt = _time.GetTimestamp();
            var held = await (_record is null ? FollowAsync(cancellationToken) : TakeAsync(_record, takesOver, cancellationToken));
            _readAt = readAt;
            _held = held;
        }

        // A new store is marked after it is taken.
        if (_incarnation is null && await _store.FindMarkAsync(cancellationToken) is { } mark)
        {
            _incarnation = $"{Convert.ToHexStringLower(mark)}-{_held.Value.Number}-{_held.Value.Owner}";
        }
    }

    /// <summary>Reads who has the store, and takes nothing.</summary>
    /// <returns>What the claim of the owner says, such as <c>is used by the cluster uploads</c>, and whether it is the claim of these
    /// decisions. Null if there is no claim.</returns>
    /// <exception cref="PartStoreUnavailableException">The store does not answer.</exception>
    public async ValueTask<(string Holder, bool IsOwn)?> FindHolderAsync(CancellationToken cancellationToken)
    {
        var top = Top(await ListAsync(_store, cancellationToken));
        if (top.Count == 0)
        {
            return null;
        }

        var isOwn = _record is not null
            && Own(top, StoreClaim.OwnerOf(await _record.ReadIdentityAsync(cancellationToken)), await _record.FindAsync(cancellationToken)) is not null;
        return (await DescribeAsync(top, cancellationToken), isOwn);
    }

    /// <summary>Requires that this process holds the store, as a reading shows that begins after this call. Calls at the same time share
    /// one.</summary>
    /// <exception cref="StoreLostException">The store belongs to another owner.</exception>
    /// <exception cref="PartStoreUnavailableException">The store does not answer.</exception>
    public async ValueTask RequireAsync(CancellationToken cancellationToken)
    {
        await ReadClaimsAsync(cancellationToken);
        if (Volatile.Read(ref _notCompared) is { } fault)
        {
            throw new PartStoreUnavailableException(fault.Message, fault);
        }
    }

    /// <summary>Renews the claim, unless another process has done so since the last call, or this process is on probation or has stored nothing
    /// in a store that it alone uses. Call it every <see cref="RenewalInterval"/>.</summary>
    /// <inheritdoc cref="RequireAsync" path="/exception"/>
    public async ValueTask RenewAsync(CancellationToken cancellationToken)
    {
        if (_renewals is not { } renewals || _held is not { } held)
        {
            return;
        }

        ThrowIfLost();
        if (IsOnProbation || !(_isShared || Volatile.Read(ref _hasStored)) || !await renewals.IsDueAsync(held, cancellationToken))
        {
            return;
        }

        Volatile.Write(ref _hasStored, false);
        try
        {
            await RequireAsync(cancellationToken);
            await renewals.RenewAsync(held, cancellationToken);
        }
        catch
        {
            Volatile.Write(ref _hasStored, true);
            throw;
        }
    }

    /// <summary>Requires that this process holds the store, as a reading shows that is no older than <see cref="WriteReadingLife"/>.</summary>
    /// <inheritdoc cref="RequireAsync" path="/exception"/>
    public ValueTask RequireForWriteAsync(CancellationToken cancellationToken)
    {
        if (!Volatile.Read(ref _hasStored))
        {
            Volatile.Write(ref _hasStored, true);
        }

        if (Loss is null && _held is not null && _time.GetElapsedTime(Volatile.Read(ref _readAt)) <= WriteReadingLife)
        {
            return ValueTask.CompletedTask;
        }

        // A copy that writes does no damage, and requests must not fail while the database fails over.
        return ReadClaimsAsync(cancellationToken);
    }

    /// <summary>Ends the use of a store that has moved. Every process that uses it loses it. <paramref name="place"/> is
    /// where its bytes are now.</summary>
    public static async ValueTask LeaveAsync(IStoreMark store, string place, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        var owner = StoreClaim.OwnerOf("moved " + place);
        while (true)
        {
            // A start at the same time may make a claim with the same number.
            var top = Top(await ListAsync(store, cancellationToken));
            if (top.Count > 0 && top.TrueForAll(claim => claim.Owner == owner))
            {
                return;
            }

            await store.PutClaimAsync(StoreClaim.New(Number(top) + 1, owner).Name, StoreOwnedException.Moved + place, cancellationToken);
        }
    }

    /// <summary>Where the bytes of a store have moved, or null if it is in use or free.</summary>
    public static async ValueTask<string?> FindMovedAsync(IStoreMark store, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        foreach (var claim in Top(await ListAsync(store, cancellationToken)))
        {
            if (PlaceIn(await store.ReadClaimAsync(claim.Name, cancellationToken)) is { } place)
            {
                return place;
            }
        }

        return null;
    }

    /// <summary>The place in the claim of a store whose bytes have moved, or null if it is another claim.</summary>
    private static string? PlaceIn(string? claim) => claim?.StartsWith(StoreOwnedException.Moved, StringComparison.Ordinal) == true
        ? claim[StoreOwnedException.Moved.Length..] : null;

    private static async ValueTask<List<StoreClaim>> ListAsync(IStoreMark store, CancellationToken cancellationToken) =>
        Parse(await store.ListClaimsAsync(cancellationToken));

    private static List<StoreClaim> Parse(IReadOnlyList<string> names)
    {
        var claims = new List<StoreClaim>();
        foreach (var name in names)
        {
            if (StoreClaim.TryParse(name, out var claim))
            {
                claims.Add(claim);
            }
        }

        return claims;
    }

    /// <summary>The claims with the highest number. There are several if a start has not yet withdrawn its own, or has ended before.</summary>
    private static List<StoreClaim> Top(List<StoreClaim> claims) => claims.FindAll(claim => claim.Number == Number(claims));

    private static long Number(List<StoreClaim> claims) => claims.Count == 0 ? 0 : claims.Max(static claim => claim.Number);

    private async Task<StoreClaim> TakeAsync(IClaimRecord record, bool takesOver, CancellationToken cancellationToken)
    {
        var owner = StoreClaim.OwnerOf(await record.ReadIdentityAsync(cancellationToken));
        var kept = await record.FindAsync(cancellationToken);
        var names = await _store.ListClaimsAsync(cancellationToken);
        var top = Top(Parse(names));
        var own = Own(top, owner, kept);
        if (own is { } renewed && _renewals is not null && await _renewals.AreForeignAsync(renewed, names, cancellationToken))
        {
            own = takesOver ? null : throw new StoreOwnedException(_store.Place, _otherDecisions);
        }

        if (own is null && top.Count > 0 && !takesOver)
        {
            throw await OwnedAsync(top, cancellationToken);
        }

        if (_isShared && own is { } joined)
        {
            await record.KeepAsync(new KeptClaims(joined.Name), cancellationToken);
            Volatile.Write(ref _joinedAt, _time.GetTimestamp());
            return joined;
        }

        // Also in another store than before, the number is a new one, so that no process takes the two for the same incarnation.
        var last = StoreClaim.TryParse(kept.Held, out var before) ? before.Number : 0;
        var claim = StoreClaim.New(Math.Max(Number(top), last) + 1, owner);
        await record.KeepAsync(kept with { Begun = claim.Name }, cancellationToken);
        var former = await PutAsync(claim, cancellationToken);
        await record.KeepAsync(new KeptClaims(claim.Name), cancellationToken);
        foreach (var name in former)
        {
            await _store.DeleteClaimAsync(name, cancellationToken);
        }

        foreach (var name in names)
        {
            if (StoreRenewal.TryParse(name, out var renewal) && renewal.Claim < claim.Number)
            {
                await _store.DeleteClaimAsync(name, cancellationToken);
            }
        }

        return claim;
    }

    /// <summary>Makes a claim in the store, and withdraws it if another start makes one at the same time.</summary>
    /// <returns>The names of the claims before it.</returns>
    private async Task<IEnumerable<string>> PutAsync(StoreClaim claim, CancellationToken cancellationToken)
    {
        await _store.PutClaimAsync(claim.Name, $"is used by {_user}", cancellationToken);
        var claims = await ListAsync(_store, cancellationToken);
        var others = claims.FindAll(other =>
            other != claim && other.Number >= claim.Number && !(_isShared && other.Owner == claim.Owner));
        if (others.Count > 0 || !claims.Contains(claim))
        {
            await _store.DeleteClaimAsync(claim.Name, cancellationToken);
            throw await OwnedAsync(others, cancellationToken, isContended: true);
        }

        return claims.Where(other => other.Number < claim.Number).Select(static other => other.Name);
    }

    /// <summary>Finds the claim by which this owner has the store. Among several with the same number, only the one counts that its owner has
    /// kept as the one that holds.</summary>
    private StoreClaim? Own(List<StoreClaim> top, string owner, KeptClaims kept)
    {
        var own = top.FindAll(claim => claim.Owner == owner);
        if (own.Count == 0)
        {
            return null;
        }

        var held = own.Find(claim => claim.Name == kept.Held);
        if (held != default)
        {
            return held;
        }

        if (own.Count < top.Count)
        {
            return null;
        }

        // The store may have been restored to an earlier state. A later claim is a copy's, which has the same identity.
        var isKnown = (_isShared && kept.Held is null) || own.Exists(claim => claim.Name == kept.Begun)
            || (StoreClaim.TryParse(kept.Held, out var last) && own[0].Number < last.Number);
        return isKnown ? own[0] : null;
    }

    private async Task<StoreClaim> FollowAsync(CancellationToken cancellationToken)
    {
        if (await FindMovedAsync(_store, cancellationToken) is { } place)
        {
            throw StoreOwnedException.MovedTo(_store.Place, place);
        }

        var top = Top(await ListAsync(_store, cancellationToken));
        return top.Count > 0 ? top[0] : throw new StoreOwnedException(_store.Place, "is used by no silo yet", isContended: true);
    }

    private async ValueTask<StoreOwnedException> OwnedAsync(
        List<StoreClaim> claims, CancellationToken cancellationToken, bool isContended = false) =>
        new(
            _store.Place,
            await DescribeAsync(claims, cancellationToken) + (isContended ? ", which is starting at the same time" : ""),
            isContended);

    private async ValueTask<string> DescribeAsync(List<StoreClaim> claims, CancellationToken cancellationToken)
    {
        foreach (var claim in claims)
        {
            if (await _store.ReadClaimAsync(claim.Name, cancellationToken) is { Length: > 0 } text)
            {
                return text;
            }
        }

        return "is used by another server";
    }

    private void ThrowIfLost()
    {
        if (Loss is { } lost)
        {
            throw new StoreLostException(lost.Message, lost.MovedTo);
        }

        if (_held is null)
        {
            throw new PartStoreUnavailableException($"{_store.Place} has not been opened yet.");
        }
    }

    private async ValueTask ReadClaimsAsync(CancellationToken cancellationToken)
    {
        ThrowIfLost();
        Task reading;
        lock (_gate)
        {
            reading = _nextReading ??= StartAfter(_reading);
        }

        await reading.WaitAsync(cancellationToken);
        ThrowIfLost();
    }

    /// <summary>Reads when an earlier reading has ended. Several callers share the reading, so it does not run on the scheduler of the
    /// first one.</summary>
    private Task StartAfter(Task earlier) => Task.Run(async () =>
    {
        await earlier.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task reading;
        lock (_gate)
        {
            // A caller that arrives from now on waits for the next reading.
            _nextReading = null;
            _reading = reading = ReadAsync();
        }

        await reading;
    });

    private async Task ReadAsync()
    {
        var begun = _time.GetTimestamp();
        var names = await _store.ListClaimsAsync(CancellationToken.None);
        var claims = Parse(names);
        var isHeld = claims.Contains(_held!.Value) && Number(claims) == _held.Value.Number;
        if (isHeld && !await IsRenewedElsewhereAsync(_held.Value, names))
        {
            Volatile.Write(ref _readAt, begun);
            return;
        }

        var holder = isHeld ? _otherDecisions : await DescribeAsync(Top(claims), CancellationToken.None);
        Volatile.Write(ref _lost, new StoreLostException(
            $"{_store.Place} {holder}, so this process no longer stores or deletes anything in it. Stop it.", PlaceIn(holder)));
    }

    /// <summary>Whether a process with other decisions has renewed the claim. False if the decisions of this process cannot be read: then
    /// nothing was compared.</summary>
    private async ValueTask<bool> IsRenewedElsewhereAsync(StoreClaim held, IReadOnlyList<string> names)
    {
        PartStoreUnavailableException? notCompared = null;
        try
        {
            return _renewals is not null && await _renewals.AreForeignAsync(held, names, CancellationToken.None);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            notCompared = new PartStoreUnavailableException(
                $"Whether a process with a copy of these decisions uses {_store.Place} is not known: {fault.Message}", fault);
            return false;
        }
        finally
        {
            Volatile.Write(ref _notCompared, notCompared);
        }
    }
}
