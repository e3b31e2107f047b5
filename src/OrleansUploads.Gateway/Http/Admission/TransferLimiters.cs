using System.Net;

namespace OrleansUploads.Gateway.Http.Admission;

/// <summary>Limits the transfers that run at the same time, and shares the slots fairly between accounts.</summary>
/// <remarks>The number of slots that an account may have is proportional to the number of free slots. So one account alone gets its
/// share of all slots, several accounts get equal parts, and the next account always finds a free slot without interrupting anyone.
/// Within an account the same rule holds for addresses. Waiting positions are shared in the same way.</remarks>
/// <param name="share">The fraction of all slots that one account may have while it is alone, 0 to 1; 1 for no limit.</param>
/// <param name="maxWait">How long a transfer waits at most.</param>
internal sealed class TransferLimiter(int slots, int maxWaiting, double share, TimeSpan maxWait, TimeProvider time)
{
    /// <summary>How long a sender should wait who gets no slot.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>Infinite if there is no limit.</summary>
    private readonly double _slotsPerFreeSlot = share < 1 ? share / (1 - share) : double.PositiveInfinity;

    private readonly Lock _gate = new();
    private readonly Dictionary<AccountId, AccountTransfers> _accounts = [];
    private int _inUse;
    private int _waiting;

    public int InUse => Volatile.Read(ref _inUse);

    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Waits for a slot if the account or the address already has its share.</summary>
    public async ValueTask<TransferAdmission> AcquireAsync(
        AccountId account, IPAddress? address, CancellationToken cancellationToken)
    {
        var slot = new TransferSlot(this, account, address);
        WaitingTransfer waiting;
        lock (_gate)
        {
            if (!_accounts.TryGetValue(account, out var transfers))
            {
                _accounts.Add(account, transfers = new AccountTransfers(account));
            }

            // This overtakes only transfers whose account or address has its share. Any other has got its slot when one was released.
            if (MayHaveMore(transfers) && MayHaveMoreFrom(transfers, slot.Address))
            {
                CountInUse(transfers, slot);
                return new TransferAdmission(slot, default);
            }

            if (!MayWait(transfers))
            {
                var refusal = CauseFor(transfers);
                RemoveIfEmpty(transfers);
                return new TransferAdmission(null, refusal);
            }

            waiting = new WaitingTransfer(slot);
            transfers.Waiting.AddLast(waiting);
            _waiting++;
        }

        try
        {
            await waiting.Granted.Task.WaitAsync(maxWait, time, cancellationToken);
            return new TransferAdmission(slot, default);
        }
        catch (TimeoutException)
        {
            return StopWaiting(waiting) is { } cause
                ? new TransferAdmission(null, cause)
                : new TransferAdmission(slot, default);
        }
        catch (OperationCanceledException)
        {
            if (StopWaiting(waiting) is null)
            {
                slot.Dispose();
            }

            throw;
        }
    }

    /// <summary>How scarce slots are for an account, from 0 (it has few) to 1 (it has all that it may have).</summary>
    internal double ScarcityFor(AccountId account)
    {
        lock (_gate)
        {
            var inUse = _accounts.TryGetValue(account, out var transfers) ? transfers.InUse : 0;
            var limit = Math.Min(slots, SlotsPerAccount);
            return inUse == 0 ? 0 : inUse >= limit ? 1 : inUse / limit;
        }
    }

    internal void Release(TransferSlot slot)
    {
        List<WaitingTransfer> granted;
        lock (_gate)
        {
            var transfers = _accounts[slot.Account];
            transfers.Remove(slot.Address);
            _inUse--;
            granted = GrantFreeSlots();
            RemoveIfEmpty(transfers);
        }

        granted.ForEach(waiting => waiting.Granted.SetResult());
    }

    /// <summary>How many slots one account may have at the moment.</summary>
    private double SlotsPerAccount => _inUse < slots ? _slotsPerFreeSlot * (slots - _inUse) : 0;

    private bool MayHaveMore(AccountTransfers transfers) => transfers.InUse < SlotsPerAccount;

    private bool MayHaveMoreFrom(AccountTransfers transfers, TrafficSource address) =>
        transfers.InUseFrom(address) < _slotsPerFreeSlot * (SlotsPerAccount - transfers.InUse);

    private bool MayWait(AccountTransfers transfers) =>
        _waiting < maxWaiting && transfers.Waiting.Count < _slotsPerFreeSlot * (maxWaiting - _waiting);

    private ThrottleCause CauseFor(AccountTransfers transfers) =>
        _inUse >= slots ? ThrottleCause.Server
        : MayHaveMore(transfers) ? ThrottleCause.AddressShare
        : ThrottleCause.AccountShare;

    private void CountInUse(AccountTransfers transfers, TransferSlot slot)
    {
        transfers.Add(slot.Address);
        _inUse++;
    }

    /// <summary>Returns why the transfer has no slot, or null if it was granted one in the meantime.</summary>
    private ThrottleCause? StopWaiting(WaitingTransfer waiting)
    {
        lock (_gate)
        {
            if (!_accounts.TryGetValue(waiting.Slot.Account, out var transfers) || !transfers.Waiting.Remove(waiting))
            {
                return null;
            }

            _waiting--;
            var cause = CauseFor(transfers);
            RemoveIfEmpty(transfers);
            return cause;
        }
    }

    /// <summary>The account with the fewest running transfers comes first.</summary>
    private List<WaitingTransfer> GrantFreeSlots()
    {
        var granted = new List<WaitingTransfer>();
        while (_waiting > 0 && NextToGrant() is var (transfers, next))
        {
            transfers.Waiting.Remove(next);
            _waiting--;
            CountInUse(transfers, next.Value.Slot);
            granted.Add(next.Value);
        }

        return granted;
    }

    private (AccountTransfers Transfers, LinkedListNode<WaitingTransfer> Next)? NextToGrant()
    {
        (AccountTransfers, LinkedListNode<WaitingTransfer>)? found = null;
        var fewest = int.MaxValue;
        foreach (var transfers in _accounts.Values)
        {
            if (transfers.InUse >= fewest || transfers.Waiting.Count == 0 || !MayHaveMore(transfers))
            {
                continue;
            }

            for (var node = transfers.Waiting.First; node is not null; node = node.Next)
            {
                if (MayHaveMoreFrom(transfers, node.Value.Slot.Address))
                {
                    found = (transfers, node);
                    fewest = transfers.InUse;
                    break;
                }
            }
        }

        return found;
    }

    private void RemoveIfEmpty(AccountTransfers transfers)
    {
        if (transfers.IsEmpty)
        {
            _accounts.Remove(transfers.Account);
        }
    }
}

/// <summary>Which bytes an operation moves, so that it needs a slot.</summary>
internal enum Transfer
{
    /// <summary>It moves only documents.</summary>
    None,

    /// <summary>An upload, or a copy, which is stored like one.</summary>
    Receives,

    Sends,
}

/// <summary>The limiters of both directions. They are separate, so that an account that sends a lot can still receive.</summary>
internal sealed class TransferLimiters
{
    /// <summary>How long a body or an output waits for its turn before it is throttled.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);

    public TransferLimiters(GatewayOptions options, ServerLimits limits)
    {
        // Waiting takes real time, even in a test whose clock stands still.
        Bodies = new(limits.Bodies, options.MaxWaitingBodies, options.AccountShare, MaxWait, TimeProvider.System);
        Outputs = new(limits.Outputs, options.MaxWaitingBodies, options.AccountShare, MaxWait, TimeProvider.System);
    }

    public TransferLimiter Bodies { get; }

    public TransferLimiter Outputs { get; }
}

/// <summary>The right to one transfer. Disposing it releases the slot.</summary>
internal sealed class TransferSlot(TransferLimiter owner, AccountId account, IPAddress? address) : IDisposable
{
    private int _isReleased;

    public AccountId Account { get; } = account;

    public TrafficSource Address { get; } = TrafficSource.Of(address);

    public double Scarcity => owner.ScarcityFor(Account);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) == 0)
        {
            owner.Release(this);
        }
    }
}

/// <summary>A slot, or why it was refused.</summary>
internal readonly record struct TransferAdmission(TransferSlot? Slot, ThrottleCause Refusal);

/// <summary>The transfers of one account. Guarded by <see cref="TransferLimiter"/>.</summary>
internal sealed class AccountTransfers(AccountId account)
{
    private readonly Dictionary<TrafficSource, int> _byAddress = [];

    public AccountId Account { get; } = account;

    public int InUse { get; private set; }

    /// <summary>The transfers that wait, oldest first.</summary>
    public LinkedList<WaitingTransfer> Waiting { get; } = [];

    public bool IsEmpty => InUse == 0 && Waiting.Count == 0;

    public int InUseFrom(TrafficSource address) => _byAddress.GetValueOrDefault(address);

    public void Add(TrafficSource address)
    {
        InUse++;
        _byAddress[address] = InUseFrom(address) + 1;
    }

    public void Remove(TrafficSource address)
    {
        InUse--;
        var left = InUseFrom(address) - 1;
        if (left > 0)
        {
            _byAddress[address] = left;
        }
        else
        {
            _byAddress.Remove(address);
        }
    }
}

internal sealed record WaitingTransfer(TransferSlot Slot)
{
    public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Which limit a refused request has reached.</summary>
internal enum ThrottleCause
{
    /// <summary>The account has its share of the server's transfers.</summary>
    AccountShare,

    /// <summary>The address has its share of its account's transfers.</summary>
    AddressShare,

    /// <summary>The server has as many transfers as it can have, for all accounts together.</summary>
    Server,

    /// <summary>The server has as many documents in memory as it can have.</summary>
    Documents,
}
