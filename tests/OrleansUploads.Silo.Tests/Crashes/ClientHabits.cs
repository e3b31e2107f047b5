namespace OrleansUploads.Silo.Tests.Crashes;

/// <summary>How a client treats its archives.</summary>
/// <param name="LeftOpenOneIn">One of this many uploads is never completed.</param>
/// <param name="ReadBackOneIn">One of this many archives is read after its completion.</param>
/// <param name="KeptOneIn">One of this many archives is kept; the others are deleted after their completion.</param>
/// <param name="Pause">How long the client waits after each archive.</param>
internal sealed record ClientHabits(int LeftOpenOneIn, int ReadBackOneIn, int KeptOneIn, TimeSpan Pause)
{
    /// <summary>The client completes as many archives as it can and deletes none.</summary>
    public static ClientHabits Busy { get; } = new(8, 4, 1, TimeSpan.Zero);

    /// <summary>A steady load that can last for hours, because most of its bytes are deleted again.</summary>
    public static ClientHabits Steady { get; } = new(100, 50, 50, TimeSpan.FromSeconds(0.5));
}
