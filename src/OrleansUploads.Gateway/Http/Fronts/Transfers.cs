using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Errors;

namespace OrleansUploads.Gateway.Http.Fronts;

/// <summary>Which bytes an operation moves, so that it needs a slot.</summary>
internal enum Transfer
{
    /// <summary>None but those of documents.</summary>
    None,

    /// <summary>An upload, or a copy, which is stored like one.</summary>
    Receives,

    /// <summary>A download.</summary>
    Sends,
}

/// <summary>The slots of requests.</summary>
internal static class Transfers
{
    /// <summary>Waits for the slot that a request needs. No bytes of a waiting upload are read.</summary>
    /// <returns>The slot, which the caller releases when the operation has ended, or an error. The slot of a download is released after
    /// the response has been written, and is not returned.</returns>
    public static async ValueTask<(TransferSlot? Slot, HttpError? Error)> AcquireAsync(
        this TransferLimiters limiters, HttpExchange exchange, AccountId account, Transfer transfer)
    {
        if (transfer == Transfer.None)
        {
            return default;
        }

        var limiter = transfer == Transfer.Receives ? limiters.Bodies : limiters.Outputs;
        var admission = await limiter.AcquireAsync(account, exchange.ClientAddress, exchange.Aborted);
        if (admission.Slot is not { } slot)
        {
            return (null, new HttpError.Throttled(admission.Refusal));
        }

        if (transfer == Transfer.Receives)
        {
            exchange.Received.Slot = slot;
            return (slot, null);
        }

        exchange.Context.Response.RegisterForDispose(slot);
        return default;
    }
}
