using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using OrleansUploads.Engine.Reading;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Connections;

namespace OrleansUploads.Gateway.Http.Bodies;

/// <summary>A request's body. Reading it fails when the client sends nothing, or more slowly than the minimum rate.</summary>
/// <remarks>Kestrel's own limit is an average over the whole body: a client that has sent a gigabyte could pause for weeks and keep its
/// slot. A canceled read of Kestrel's body stream never ends for Kestrel, and it logs an error when it drains the rest. So this class
/// reads the pipe below that stream, where a pending read can be canceled.</remarks>
/// <param name="connection">Null if the server does not track it.</param>
internal sealed class ReceivedBody(PipeReader body, MinBodyRate minRate, TimeProvider time, OpenConnection? connection)
    : CountingStream(Null, connection)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private CancellationTokenSource _waiting = new(Timeout.InfiniteTimeSpan, time);
    private TimeSpan _waitedInWindow;
    private long _bytesInWindow;
    private bool _isCanceled;

    /// <summary>The slot of the body, or null if it has none. The minimum rate rises when slots are scarce.</summary>
    public TransferSlot? Slot { get; set; }

    /// <summary>Ends the read now. May be called from any thread.</summary>
    public void CancelRead()
    {
        Volatile.Write(ref _isCanceled, true);
        CancelPendingRead(body);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return Count(await ReadPipeAsync(buffer, cancellationToken));
        }
        catch (IOException broken) when (
            broken is not BadHttpRequestException and not ConnectionResetException and not BodyTimeoutException)
        {
            throw new BadHttpRequestException("The body is not valid HTTP.", StatusCodes.Status400BadRequest, broken);
        }
    }

    private async ValueTask<int> ReadPipeAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!body.TryRead(out var read))
            {
                read = await WaitForBytesAsync(cancellationToken);
            }

            var taken = read.Buffer.Slice(0, Math.Min(buffer.Length, read.Buffer.Length));
            var bytes = (int)taken.Length;
            taken.CopyTo(buffer.Span);
            body.AdvanceTo(taken.End);
            RequireMinRate(bytes);
            if (bytes > 0 || read.IsCompleted)
            {
                return bytes;
            }
        }
    }

    /// <summary>Waits for bytes, at most until the rate has to be checked again.</summary>
    private async ValueTask<ReadResult> WaitForBytesAsync(CancellationToken cancellationToken)
    {
        using var timeout = _waiting.Token.UnsafeRegister(static body => CancelPendingRead((PipeReader)body!), body);
        var begunAt = time.GetTimestamp();

        // At least a millisecond, because a timer may fire a little early by this clock.
        var left = minRate.Window - _waitedInWindow;
        _waiting.CancelAfter(left > Tick ? left : Tick);
        try
        {
            return await body.ReadAsync(cancellationToken);
        }
        finally
        {
            if (!_waiting.TryReset())
            {
                // The timeout has come. A canceled source would end every further wait at once.
                _waiting = new(Timeout.InfiniteTimeSpan, time);
            }

            _waitedInWindow += time.GetElapsedTime(begunAt);
        }
    }

    /// <summary>Cancels a pending read, from any thread. Does nothing if the request has ended meanwhile.</summary>
    private static void CancelPendingRead(PipeReader body)
    {
        try
        {
            body.CancelPendingRead();
        }
        catch (Exception ended) when (ended is ObjectDisposedException or OperationCanceledException or IOException)
        {
            // Kestrel's reader throws after the end of its request.
        }
    }

    /// <summary>Throws a <see cref="BodyTimeoutException"/> if the body arrives too slowly, or the read was canceled.</summary>
    private void RequireMinRate(int bytes)
    {
        _bytesInWindow += bytes;
        if (Volatile.Read(ref _isCanceled))
        {
            throw new BodyTimeoutException();
        }

        if (_waitedInWindow < minRate.Window)
        {
            return;
        }

        var required = minRate.AtScarcity(Slot?.Scarcity ?? 0);
        if (_bytesInWindow < required * _waitedInWindow.TotalSeconds)
        {
            throw new BodyTimeoutException(required);
        }

        _waitedInWindow = TimeSpan.Zero;
        _bytesInWindow = 0;
    }
}

/// <summary>How slowly a client may send a body.</summary>
/// <param name="Window">How much waiting for bytes the rate is measured over. Time in which the server itself is busy does
/// not count.</param>
/// <param name="BytesPerSecond">While the account has few transfer slots.</param>
/// <param name="BytesPerSecondWhenScarce">While the account has all the slots that it may have.</param>
internal sealed record MinBodyRate(TimeSpan Window, double BytesPerSecond, double BytesPerSecondWhenScarce)
{
    /// <summary>The minimum rate rises above this scarcity.</summary>
    private const double RisesAbove = 0.5;

    public static MinBodyRate From(GatewayOptions options) =>
        new(options.BodyRateWindow, options.MinBodyBytesPerSecond, options.MinBodyBytesPerSecondWhenScarce);

    /// <summary>The minimum rate at a scarcity of slots from 0 to 1, in bytes per second. It rises exponentially, because
    /// the rates of honest senders differ by factors.</summary>
    public double AtScarcity(double scarcity)
    {
        var risen = Math.Clamp((scarcity - RisesAbove) / (1 - RisesAbove), 0, 1);
        return BytesPerSecondWhenScarce <= BytesPerSecond || risen == 0
            ? BytesPerSecond
            : Math.Max(BytesPerSecond, 1) * Math.Pow(BytesPerSecondWhenScarce / Math.Max(BytesPerSecond, 1), risen);
    }
}

/// <summary>The server stopped waiting for the rest of a body. Nothing of the body was stored.</summary>
internal sealed class BodyTimeoutException(double? minBytesPerSecond = null) : IOException("The body arrived too slowly.")
{
    /// <summary>The rate that the body fell short of, or null if the read was canceled because other clients needed its
    /// place.</summary>
    public double? MinBytesPerSecond { get; } = minBytesPerSecond;
}

/// <summary>Passes a body through and counts its bytes, in either direction.</summary>
/// <param name="connection">Null if the server does not track it.</param>
internal class CountingStream(Stream inner, OpenConnection? connection) : ForwardStream
{
    private long _bytes;

    public long Bytes => Volatile.Read(ref _bytes);

    public override bool CanRead => inner.CanRead;

    public override bool CanWrite => inner.CanWrite;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        return Count(await inner.ReadAsync(buffer, cancellationToken));
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await inner.WriteAsync(buffer, cancellationToken);
        Count(buffer.Length);
    }

    protected int Count(int bytes)
    {
        Interlocked.Add(ref _bytes, bytes);
        connection?.RecordActivity();
        return bytes;
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);
}
