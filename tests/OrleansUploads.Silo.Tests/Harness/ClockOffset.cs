using System.ComponentModel;

namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>Gives a silo a wrong wall clock.</summary>
/// <param name="library">The compiled <c>clock-offset.c</c>.</param>
internal sealed class ClockOffset(string library)
{
    private const string Preload = "LD_PRELOAD";
    private const string Offset = "CLOCK_OFFSET_SECONDS";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Compiles the library. Returns null if there is no C compiler.</summary>
    public static async Task<ClockOffset?> CompileAsync(string folder)
    {
        var library = Path.Combine(folder, "clock-offset.so");
        var source = Repository.File("tests/OrleansUploads.Silo.Tests/Harness/clock-offset.c");
        try
        {
            await using var compiler = CapturedProcess.Start("cc", ["-shared", "-fPIC", "-O2", "-o", library, source], []);
            Assert.True(await compiler.WaitForExitAsync(Patience) == 0, $"The C compiler failed. {compiler}");
        }
        catch (Win32Exception)
        {
            return null;
        }

        return new ClockOffset(library);
    }

    /// <summary>The start of a silo whose clock is ahead of the others' by an offset, or behind.</summary>
    public SiloStart Apply(SiloStart start, TimeSpan offset) => start
        .With(Preload, library)
        .With(Offset, offset.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture));

    public static SiloStart Remove(SiloStart start) => start.With(Preload, null).With(Offset, null);
}
