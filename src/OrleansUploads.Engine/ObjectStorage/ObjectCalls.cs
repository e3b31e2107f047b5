using System.Net.Sockets;

namespace OrleansUploads.Engine.ObjectStorage;

/// <summary>Calls an object store: repeats calls that may succeed later, and translates what failed for good.</summary>
/// <remarks>All calls share one pause. When the store asks for fewer requests, none is sent for a while, and the pause doubles until the
/// store accepts requests again.</remarks>
internal sealed class ObjectCalls(IObjectStorage storage, ObjectStorageOptions options, TimeProvider time)
{
    /// <summary>How often a call is sent, at most, before the store counts as unavailable.</summary>
    public const int Tries = 6;

    /// <summary>How long a call without a body may take, and how long a body may stall.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private TimeSpan _pause;
    private long _pausedUntil;

    /// <summary>Whether the store has asked for fewer requests, so that none is sent at the moment.</summary>
    public bool IsPaused => PauseLeft() > TimeSpan.Zero;

    /// <summary>Sends a call, again and again if it fails. It must be safe to send it again after it has had its effect.
    /// Messages say what it does.</summary>
    /// <exception cref="ObjectMissingException">The object does not exist.</exception>
    /// <exception cref="ObjectExistsException">The object exists already.</exception>
    /// <exception cref="PartStoreFullException">The store has no room.</exception>
    /// <exception cref="PartStoreUnavailableException">The store does not answer, or refuses the call.</exception>
    public async Task<T> RunAsync<T>(string what, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            await PauseAsync(cancellationToken);
            try
            {
                return await TryAsync(what, call, cancellationToken);
            }
            catch (PartStoreUnavailableException fault) when (fault.MaySucceedLater && tries < Tries)
            {
                await Task.Delay(options.FirstWait * Math.Pow(2, tries - 1), time, cancellationToken);
            }
        }
    }

    /// <summary>Sends a call that has no result.</summary>
    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(string what, Func<CancellationToken, Task> call, CancellationToken cancellationToken) =>
        RunAsync(
            what,
            async token =>
            {
                await call(token);
                return true;
            },
            cancellationToken);

    /// <summary>Sends a call once. With a deadline, it is given up after
    /// <see cref="Patience"/>.</summary>
    /// <inheritdoc cref="RunAsync{T}" path="/exception"/>
    public async Task<T> TryAsync<T>(
        string what, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken, bool hasDeadline = true)
    {
        using var deadline = new CancellationTokenSource(hasDeadline ? Patience : Timeout.InfiniteTimeSpan, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            var result = await call(either.Token);
            Resume();
            return result;
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested && fault is not OutOfMemoryException)
        {
            if (Translate(what, fault, deadline.IsCancellationRequested) is { } translated)
            {
                throw translated;
            }

            throw;
        }
    }

    /// <summary>Waits for a task that the store has to finish.</summary>
    /// <exception cref="PartStoreUnavailableException">The store made no progress for <see cref="Patience"/>.</exception>
    public async Task WaitAsync(string what, Task task, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(Patience, time, cancellationToken);
        }
        catch (TimeoutException late) when (!task.IsCompleted)
        {
            throw new PartStoreUnavailableException($"{storage.Address}: {what} failed: no progress within {Patience}.", late);
        }
    }

    /// <summary>The kind of an error that operators count, or null for what the state of an object causes.</summary>
    private static StoreErrorKind? ErrorKindOf(ObjectFault fault) => fault switch
    {
        ObjectFault.Throttled => StoreErrorKind.Throttled,
        ObjectFault.Unavailable => StoreErrorKind.Unavailable,
        ObjectFault.Full => StoreErrorKind.Full,
        ObjectFault.Refused => StoreErrorKind.Refused,
        _ => null,
    };

    /// <summary>What a failure means to the callers of a part store, or null if it does not come from the store.</summary>
    private Exception? Translate(string what, Exception fault, bool isLate)
    {
        // The SDK of Azure collects the failures of its own attempts to continue a read.
        fault = fault is AggregateException { InnerExceptions: [.., var last] } ? last : fault;
        var kind = fault switch
        {
            _ when isLate => ObjectFault.Unavailable,
            // HttpClient reports a SocketException if the store closes a connection that was just established.
            IOException or HttpRequestException or SocketException or TimeoutException => ObjectFault.Unavailable,
            ObjectsLeftException left => left.Fault,
            _ => storage.FaultOf(fault),
        };
        if (ErrorKindOf(kind) is { } error)
        {
            EngineTelemetry.CountStoreError(error);
        }

        if (kind == ObjectFault.Throttled)
        {
            Slow();
        }

        var message = $"{storage.Address}: {what} failed: {(isLate ? $"no answer within {Patience}" : fault.Message)}";
        return kind switch
        {
            ObjectFault.None => null,
            ObjectFault.Missing => new ObjectMissingException(message, fault),
            ObjectFault.Exists => new ObjectExistsException(message, fault),
            ObjectFault.Full => new PartStoreFullException(message, fault),
            ObjectFault.Throttled or ObjectFault.Unavailable => new PartStoreUnavailableException(message, fault) { MaySucceedLater = true },
            ObjectFault.Refused => new PartStoreUnavailableException(message, fault),
            _ => throw new InvalidOperationException($"{kind} is unknown."),
        };
    }

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        var left = PauseLeft();
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, time, cancellationToken);
        }
    }

    private TimeSpan PauseLeft()
    {
        lock (_gate)
        {
            return _pause == TimeSpan.Zero ? TimeSpan.Zero : time.GetElapsedTime(time.GetTimestamp(), _pausedUntil);
        }
    }

    private void Slow()
    {
        lock (_gate)
        {
            // Calls that were already in flight are refused too. They count once.
            if (IsPauseOver())
            {
                _pause = _pause == TimeSpan.Zero ? options.FirstWait : _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
                _pausedUntil = time.GetTimestamp() + (long)(_pause.TotalSeconds * time.TimestampFrequency);
            }
        }
    }

    private void Resume()
    {
        if (_pause == TimeSpan.Zero)
        {
            return;
        }

        lock (_gate)
        {
            // The success of a call from before the pause does not end the pause.
            if (IsPauseOver())
            {
                _pause = TimeSpan.Zero;
            }
        }
    }

    private bool IsPauseOver() => time.GetTimestamp() >= _pausedUntil;
}

internal sealed class ObjectsLeftException(FailedDeletion first, int count)
    : Exception($"{count} objects are not deleted, such as {first.Key}: {first.Message}")
{
    public ObjectFault Fault => first.Fault;
}

internal sealed class ObjectMissingException(string message, Exception inner) : Exception(message, inner);

/// <summary>An object exists although it was to be created.</summary>
internal sealed class ObjectExistsException(string message, Exception inner) : Exception(message, inner);
