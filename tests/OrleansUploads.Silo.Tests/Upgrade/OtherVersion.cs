using System.Text;
using OrleansUploads.Gateway.Http.Health;

namespace OrleansUploads.Silo.Tests.Upgrade;

/// <summary>This build of a program with another version.</summary>
internal static class OtherVersion
{
    /// <summary>Copies the folder of a program.</summary>
    /// <returns>The copy of the program.</returns>
    public static string Of(string program, string folder)
    {
        var source = Path.GetDirectoryName(program)!;
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var copied = Path.Combine(folder, Path.GetFileName(program));
        var bytes = File.ReadAllBytes(copied);
        var replaced = 0;
        var version = Encoding.UTF8.GetBytes(ServerDescription.VersionOf(typeof(SiloSettings).Assembly));
        for (var at = bytes.AsSpan().IndexOf(version); at >= 0; at = bytes.AsSpan().IndexOf(version))
        {
            // The text keeps its length, so that nothing else in the file moves.
            bytes[at] = (byte)'9';
            replaced++;
        }

        Assert.True(replaced > 0, $"{copied} does not contain its version.");

        File.WriteAllBytes(copied, bytes);
        return copied;
    }
}
