using System.Reflection;

namespace OrleansUploads.Silo.Tests.Harness;

internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Metadata("Root"));

    public static string SiloProgram => StartedProgram.Find("Silo", Metadata("Silo"));

    public static string IngestionNode => Path.GetFullPath(Metadata("IngestionNode"));

    public static string File(string name) => Path.Combine(Root, name);

    private static string Metadata(string key) => typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == key).Value!;
}
