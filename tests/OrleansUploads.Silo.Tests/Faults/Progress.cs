namespace OrleansUploads.Silo.Tests.Faults;

internal static class Progress
{
    /// <summary>Shows the progress of a long run at once, and keeps it with the result.</summary>
    public static void Say(this ITestOutputHelper output, string line)
    {
        output.WriteLine(line);
        Console.WriteLine(line);
    }
}
