using OrleansUploads.Gateway.Http.Connections;

namespace OrleansUploads.Gateway.Http.Admission;

/// <summary>The limiters of both directions. They are separate, so that an account that sends a lot can still receive.</summary>
internal sealed class TransferLimiters
{
    public TransferLimiters(GatewayOptions options, ServerLimits limits)
    {
        // Waiting takes real time, even in a test whose clock stands still.
        Bodies = new(limits.Bodies, options.MaxWaitingBodies, options.AccountShare, options.MaxWait, TimeProvider.System);
        Outputs = new(limits.Outputs, options.MaxWaitingBodies, options.AccountShare, options.MaxWait, TimeProvider.System);
    }

    /// <summary>Limits the bodies that the server reads.</summary>
    public TransferLimiter Bodies { get; }

    /// <summary>Limits the outputs that the server sends.</summary>
    public TransferLimiter Outputs { get; }
}
