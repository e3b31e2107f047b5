using System.Net;
using OrleansUploads.Gateway.Http.Sources;

namespace OrleansUploads.Gateway.Http.Admission;

/// <summary>The right to one transfer. Disposing it releases the slot.</summary>
internal sealed class TransferSlot(TransferLimiter owner, AccountId account, IPAddress? address) : IDisposable
{
    private int _isReleased;

    /// <summary>The account that transfers.</summary>
    public AccountId Account { get; } = account;

    /// <summary>The address that it transfers from.</summary>
    public TrafficSource Address { get; } = TrafficSource.Of(address);

    /// <summary>How scarce slots are for this account, from 0 (it has few) to 1 (it has all that it may have).</summary>
    public double Scarcity => owner.ScarcityFor(Account);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) == 0)
        {
            owner.Release(this);
        }
    }
}

/// <summary>The answer to a request for a slot: either a slot or the reason why there is none.</summary>
/// <param name="Slot">The slot, or null if the transfer is refused.</param>
/// <param name="Refusal">Why it is refused; meaningless if there is a slot.</param>
internal readonly record struct TransferAdmission(TransferSlot? Slot, Throttle Refusal);
