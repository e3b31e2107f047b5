namespace OrleansUploads.Silo.Tests.Faults;

internal static class Progress
{
    /// <summary>Writes a line about a long run to the console at once, and to the output of the test.</summary>
    public static void Say(this ITestOutputHelper output, string line)
    {
        output.WriteLine(line);
        Console.WriteLine(line);
    }
}
