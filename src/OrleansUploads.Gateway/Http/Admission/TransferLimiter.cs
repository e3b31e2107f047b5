using System.Net;
using OrleansUploads.Gateway.Http.Sources;

namespace OrleansUploads.Gateway.Http.Admission;

/// <summary>Limits the transfers that run at the same time, and shares the slots fairly between accounts.</summary>
/// <remarks>The number of slots that an account may have is proportional to the number of free slots. So one account alone gets its
/// share of all slots, several accounts get equal parts, and the next account always finds a free slot without interrupting
/// anyone. Within an account the same rule holds for addresses. Waiting positions are shared in the same way.</remarks>
/// <param name="slots">Maximum number of running transfers.</param>
/// <param name="maxWaiting">Maximum number of waiting transfers.</param>
/// <param name="share">The fraction of all slots that one account may have while it is alone, 0 to 1; 1 for no limit.</param>
/// <param name="maxWait">How long a transfer waits at most.</param>
/// <param name="time">The clock.</param>
internal sealed class TransferLimiter(int slots, int maxWaiting, double share, TimeSpan maxWait, TimeProvider time)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>Slots that an account may have for each free slot; infinite if there is no limit.</summary>
    private readonly double _slotsPerFreeSlot = share < 1 ? share / (1 - share) : double.PositiveInfinity;

    private readonly Lock _gate = new();
    private readonly Dictionary<AccountId, AccountTransfers> _accounts = [];
    private int _inUse;
    private int _waiting;

    /// <summary>Number of running transfers.</summary>
    public int InUse => Volatile.Read(ref _inUse);

    /// <summary>Number of waiting transfers.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Acquires a slot. Waits for one if the account or the address already has its share.</summary>
    /// <param name="account">The verified account that transfers.</param>
    /// <param name="address">The address that it transfers from.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
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

            if (transfers.Waiting.Count == 0 && MayHaveMore(transfers) && MayHaveMoreFrom(transfers, slot.Address))
            {
                CountInUse(transfers, slot);
                return new TransferAdmission(slot, default);
            }

            if (!MayWait(transfers))
            {
                var refusal = new Throttle(CauseFor(transfers), RetryAfter);
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
                ? new TransferAdmission(null, new Throttle(cause, RetryAfter))
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

    /// <summary>Releases the slot of a transfer that has ended, and grants free slots to waiting transfers.</summary>
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

    /// <summary>Removes a transfer from the waiting line.</summary>
    /// <returns>Why it has no slot, or null if it was granted one in the meantime.</returns>
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

    /// <summary>Grants free slots to waiting transfers; the account with the fewest running transfers comes first.</summary>
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
