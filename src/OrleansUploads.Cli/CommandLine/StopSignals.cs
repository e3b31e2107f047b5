using System.Runtime.InteropServices;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>Turns Ctrl-C and SIGTERM into a cancellation, from the first moment of a command. The library for command lines does so only
/// after the command has begun, and a signal before that ends the process without a word. A second signal ends the command at
/// once.</summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>Shells add the number of the signal to this.</summary>
    private const int SignalExitCodes = 128;
    private const int Interrupt = 2;
    private const int Terminate = 15;

    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<int> _late = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SignalCount _signals = new(TimeProvider.System);
    private readonly TimeSpan _timeLimit;
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    /// <param name="timeLimit">How long a command may take to end after a signal.</param>
    public StopSignals(TimeSpan timeLimit)
    {
        _timeLimit = timeLimit;
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, SignalExitCodes + Interrupt));
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, SignalExitCodes + Terminate));
    }

    /// <summary>Runs a command.</summary>
    /// <param name="command">The command. Its token is cancelled by a signal.</param>
    /// <returns>Its exit code, or that of the signal if it did not end in time or a second signal came.</returns>
    public async Task<int> RunAsync(Func<CancellationToken, Task<int>> command) =>
        await await Task.WhenAny(command(_stopping.Token), _late.Task);

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
    }

    private void Stop(PosixSignalContext context, int exitCode)
    {
        context.Cancel = true;
        if (_signals.AddAndTestForSecond())
        {
            _late.TrySetResult(exitCode);
        }
        else if (!_stopping.IsCancellationRequested)
        {
            _ = EndLateAsync(exitCode);
            _stopping.Cancel();
        }
    }

    private async Task EndLateAsync(int exitCode)
    {
        await Task.Delay(_timeLimit);
        _late.TrySetResult(exitCode);
    }
}

/// <summary>Tells a second signal from a copy of the first. Programs such as <c>timeout</c> send a signal to the process and also to its
/// group.</summary>
internal sealed class SignalCount(TimeProvider time)
{
    /// <summary>A signal so soon after the first one is a copy of it.</summary>
    public static readonly TimeSpan CopyTime = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long? _first;

    /// <summary>Counts a signal. Returns whether it is a second one.</summary>
    public bool AddAndTestForSecond()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _first ??= now;
            return time.GetElapsedTime(_first.Value, now) >= CopyTime;
        }
    }
}
