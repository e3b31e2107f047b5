using System.Runtime.InteropServices;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>Ends the process at once when Ctrl-C or SIGTERM comes a second time. The library for command lines turns the first one into a
/// cancellation, and ignores the second.</summary>
/// <remarks>Of two handlers of a signal, the one that was registered last runs first, and the library's blocks. So this is created when the
/// command has begun.</remarks>
internal sealed class SecondSignal : IDisposable
{
    /// <summary>Shells add the number of the signal to this.</summary>
    private const int SignalExitCodes = 128;
    private const int Interrupt = 2;
    private const int Terminate = 15;

    private readonly SignalCount _signals = new(TimeProvider.System);
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    public SecondSignal()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Count(SignalExitCodes + Interrupt));
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Count(SignalExitCodes + Terminate));
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
    }

    private void Count(int exitCode)
    {
        if (_signals.AddAndTestForSecond())
        {
            Environment.Exit(exitCode);
        }
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
