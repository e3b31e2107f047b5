namespace OrleansUploads.Core.Tests.Hashing;

internal static class Allocations
{
    private const int Attempts = 20;

    /// <summary>Asserts that a call allocates nothing on the heap.</summary>
    /// <remarks>A garbage collection that another test causes during the call adds the unused rest of this thread's allocation buffer to
    /// the thread's counter. Then the call is measured again.</remarks>
    /// <param name="call">The call. It must have run before, because the first run may initialize types.</param>
    /// <param name="reset">Runs before each further attempt.</param>
    public static void AssertNone(Action call, Action? reset = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            var collections = GC.CollectionCount(0);
            var before = GC.GetAllocatedBytesForCurrentThread();
            call();
            var allocatedBytes = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocatedBytes == 0)
            {
                return;
            }

            if (attempt == Attempts || GC.CollectionCount(0) == collections)
            {
                Assert.Fail($"The call allocated {allocatedBytes} bytes.");
            }

            reset?.Invoke();
        }
    }
}
