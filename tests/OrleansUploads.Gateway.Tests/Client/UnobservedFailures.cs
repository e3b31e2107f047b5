using System.Runtime.CompilerServices;

namespace OrleansUploads.Gateway.Tests.Client;

/// <summary>Failures of tasks that are collected before anything has read them. Programs log them as errors.</summary>
internal static class UnobservedFailures
{
    /// <summary>Runs a step, and returns whether a failure whose text contains a mark is left unobserved.</summary>
    public static async Task<bool> HaveAsync(string mark, Func<Task> step)
    {
        var found = 0;
        EventHandler<UnobservedTaskExceptionEventArgs> find = (_, left) =>
            found |= left.Exception.ToString().Contains(mark, StringComparison.Ordinal) ? 1 : 0;
        TaskScheduler.UnobservedTaskException += find;
        try
        {
            await RunAsync(step);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return Volatile.Read(ref found) != 0;
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= find;
        }
    }

    /// <summary>A method of its own, so that nothing of the step is reachable afterwards.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task RunAsync(Func<Task> step) => await Task.Run(step);
}
