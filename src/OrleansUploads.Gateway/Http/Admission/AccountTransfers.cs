using OrleansUploads.Gateway.Http.Sources;

namespace OrleansUploads.Gateway.Http.Admission;

/// <summary>The running and waiting transfers of one account. Guarded by <see cref="TransferLimiter"/>.</summary>
internal sealed class AccountTransfers(AccountId account)
{
    private readonly Dictionary<TrafficSource, int> _byAddress = [];

    /// <summary>The account.</summary>
    public AccountId Account { get; } = account;

    /// <summary>Number of slots in use.</summary>
    public int InUse { get; private set; }

    /// <summary>Transfers that wait for a slot, oldest first.</summary>
    public LinkedList<WaitingTransfer> Waiting { get; } = [];

    /// <summary>Whether the account has neither running nor waiting transfers.</summary>
    public bool IsEmpty => InUse == 0 && Waiting.Count == 0;

    /// <summary>Number of slots in use from one address.</summary>
    public int InUseFrom(TrafficSource address) => _byAddress.GetValueOrDefault(address);

    /// <summary>Counts a slot in use from an address.</summary>
    public void Add(TrafficSource address)
    {
        InUse++;
        _byAddress[address] = InUseFrom(address) + 1;
    }

    /// <summary>Counts a released slot.</summary>
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

/// <summary>A transfer that waits for its slot.</summary>
/// <param name="Slot">The slot that it will get.</param>
internal sealed record WaitingTransfer(TransferSlot Slot)
{
    /// <summary>Completes when the transfer may use its slot.</summary>
    public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
