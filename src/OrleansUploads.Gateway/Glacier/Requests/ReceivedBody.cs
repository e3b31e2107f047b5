using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace OrleansUploads.Gateway.Glacier.Requests;

/// <summary>A request's body, on which the server waits only so long at a time.</summary>
/// <remarks>Kestrel's own limit is a rate over the whole body: whoever has sent a gigabyte might pause for weeks, and keep
/// others from sending theirs meanwhile. A read of its stream that is given up is never over for it, and it logs an error when
/// it wants to read the rest; so this reads what the stream reads, where a read can be cancelled.</remarks>
/// <param name="body">The bytes as they come.</param>
/// <param name="patience">How long nothing at all may come.</param>
/// <param name="time">The clock.</param>
internal sealed class ReceivedBody(PipeReader body, TimeSpan patience, TimeProvider time) : CountedBody(Null)
{
    private readonly CancellationTokenSource _waiting = new(Timeout.InfiniteTimeSpan, time);

    /// <inheritdoc/>
    /// <exception cref="BadHttpRequestException">Status 408: nothing has come for too long. Status 400: what came cannot be
    /// read; Kestrel has other exceptions for some of that.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var stalling = _waiting.Token.UnsafeRegister(
            static body => ((PipeReader)body!).CancelPendingRead(), body);
        _waiting.CancelAfter(patience);
        try
        {
            return Count(await TakeAsync(buffer, cancellationToken));
        }
        catch (IOException broken) when (broken is not BadHttpRequestException and not ConnectionResetException)
        {
            throw new BadHttpRequestException("The body is no HTTP.", StatusCodes.Status400BadRequest, broken);
        }
        finally
        {
            _waiting.TryReset();
        }
    }

    private async ValueTask<int> TakeAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            var come = await body.ReadAsync(cancellationToken);
            var taken = come.Buffer.Slice(0, Math.Min(buffer.Length, come.Buffer.Length));
            var bytes = (int)taken.Length;
            taken.CopyTo(buffer.Span);
            body.AdvanceTo(taken.End);
            if (bytes > 0 || come.IsCompleted)
            {
                return bytes;
            }

            if (come.IsCanceled)
            {
                throw new BadHttpRequestException("The body has stalled.", StatusCodes.Status408RequestTimeout);
            }
        }
    }
}
