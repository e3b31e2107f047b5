using System.Threading.Channels;

namespace OrleansUploads.Engine.Bytes;

/// <summary>Deletes the bytes of uploads immediately after they were aborted or have expired.</summary>
/// <remarks>This is only an optimization. The <see cref="AttemptCollector"/> finds uploads that are lost in a crash or
/// because too many are waiting.</remarks>
internal sealed class EndedUploadCollector(AttemptCollector collector, EngineLog log)
{
    private const int MaxWaiting = 4096;

    private readonly Channel<UploadId> _waiting = Channel.CreateBounded<UploadId>(
        new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Adds an upload that has ended.</summary>
    public void Add(UploadId upload) => _waiting.Writer.TryWrite(upload);

    /// <summary>Collects until it is canceled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Not ReadAllAsync, which leaves the caller's scheduler: it decides the order in the simulation.
            while (await _waiting.Reader.WaitToReadAsync(cancellationToken))
            {
                while (!cancellationToken.IsCancellationRequested && _waiting.Reader.TryRead(out var upload))
                {
                    await CollectAsync(upload, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private async Task CollectAsync(UploadId upload, CancellationToken cancellationToken)
    {
        try
        {
            await collector.CollectEndedAsync(upload, cancellationToken);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // The host and the stores may be closed already.
        }
        catch (Exception fault)
        {
            // One upload must not keep the bytes of later ones. The next round of the collector tries again.
            log.EndedUploadKept(upload, fault);
        }
    }
}
