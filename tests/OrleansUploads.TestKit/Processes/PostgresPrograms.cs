using System.Globalization;

namespace OrleansUploads.TestKit.Processes;

/// <summary>Debian's programs of PostgreSQL.</summary>
public static class PostgresPrograms
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

    /// <summary>Makes the data of a server in a folder that does not exist yet.</summary>
    /// <param name="parent">The folder above it.</param>
    public static async Task MakeServerAsync(string parent, string folder)
    {
        await MakeFolderAsync(parent, folder);
        await RunAsync("initdb", "-D", folder, "-U", Superuser, "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C");
    }

    /// <summary>Starts a server on a port of the loopback address. It does not flush.</summary>
    /// <param name="settings">Further ones.</param>
    public static CapturedProcess StartServer(string folder, int port, params string[] settings) => Start(
        "postgres",
        [
            "-D", folder, "-p", $"{port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off",
            .. settings.SelectMany(static setting => new[] { "-c", setting }),
        ]);

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
