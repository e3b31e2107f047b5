using System.Globalization;

namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>Debian's programs of PostgreSQL.</summary>
internal static class PostgresPrograms
{
    /// <summary>The database's superuser, and the user of the system that runs the servers.</summary>
    public const string Superuser = "postgres";

    /// <summary>How long a program may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private const string Installed = "/usr/lib/postgresql";

    /// <summary>The folder with the programs of the newest installed version, or null.</summary>
    private static string? Folder { get; } = !Directory.Exists(Installed) ? null : Directory.GetDirectories(Installed)
        .Select(version => Path.Combine(version, "bin"))
        .Where(bin => File.Exists(Path.Combine(bin, "initdb")))
        .OrderByDescending(bin => double.Parse(Path.GetFileName(Path.GetDirectoryName(bin)!), CultureInfo.InvariantCulture))
        .FirstOrDefault();

    /// <summary>Skips the test if PostgreSQL is not installed, or fails it where it must be.</summary>
    public static void RequireInstalled()
    {
        if (Folder is null)
        {
            throw Requirement.IsMissing($"PostgreSQL is not installed in {Installed}");
        }
    }

    /// <summary>Lets a server reach its data in a folder. PostgreSQL refuses to run as root, so it then runs as its own user.</summary>
    public static void LetTraverse(string parent)
    {
        if (!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess)
        {
            File.SetUnixFileMode(parent, File.GetUnixFileMode(parent) | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);
        }
    }

    /// <summary>Makes a folder that the server's user owns.</summary>
    public static async Task MakeFolderAsync(string parent, string folder)
    {
        Directory.CreateDirectory(folder);
        LetTraverse(parent);
        if (!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess)
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await RunToEndAsync(CapturedProcess.Start("chown", [Superuser, folder], []));
        }
    }

    /// <summary>Runs a program to its end, which must be a success.</summary>
    public static Task RunAsync(string program, params string[] arguments) => RunToEndAsync(Start(program, arguments));

    /// <summary>Starts a program as the user that owns the servers' folders.</summary>
    public static CapturedProcess Start(string program, params string[] arguments)
    {
        var path = Path.Combine(Folder!, program);
        return Environment.IsPrivilegedProcess
            ? CapturedProcess.Start(
                "setpriv", [$"--reuid={Superuser}", $"--regid={Superuser}", "--clear-groups", path, .. arguments], [])
            : CapturedProcess.Start(path, arguments, []);
    }

    private static async Task RunToEndAsync(CapturedProcess process)
    {
        await using (process)
        {
            Assert.True(await process.WaitForExitAsync(Patience) == 0, $"The program failed. {process}");
        }
    }
}
