namespace OrleansUploads.TestKit.Processes;

/// <summary>The services of Azurite, which imitates Azure Storage.</summary>
public static class Azurite
{
    /// <summary>The account of every Azurite. It and its key are printed in the documentation of Azurite and protect nothing.</summary>
    public const string Account = "devstoreaccount1";

    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>Starts the tables, and waits until they answer. Skips the test if Azurite is not installed.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="port">The port.</param>
    /// <param name="location">The folder of the data, which may have some already.</param>
    public static Task<CapturedProcess> StartTablesAsync(string root, int port, string location) => StartAsync(
        root, "azurite-table", "Azurite Table service successfully started", location, "--tableHost", "127.0.0.1", "--tablePort", $"{port}");

    /// <summary>Starts the blobs.</summary>
    /// <inheritdoc cref="StartTablesAsync"/>
    public static Task<CapturedProcess> StartBlobsAsync(string root, int port, string location) => StartAsync(
        root, "azurite-blob", "Azurite Blob service successfully listens", location, "--blobHost", "127.0.0.1", "--blobPort", $"{port}");

    public static Uri AddressAt(int port) => new($"http://127.0.0.1:{port}/{Account}");

    public static string ConnectionToTables(Uri tables) => ConnectionTo("TableEndpoint", tables);

    public static string ConnectionToBlobs(Uri blobs) => ConnectionTo("BlobEndpoint", blobs);

    private static string ConnectionTo(string service, Uri address) =>
        $"DefaultEndpointsProtocol={address.Scheme};AccountName={Account};AccountKey={Key};{service}={address.AbsoluteUri.TrimEnd('/')}";

    private static Task<CapturedProcess> StartAsync(
        string root, string program, string started, string location, params ReadOnlySpan<string> options) => NodeProgram.StartAsync(
            Path.Combine(root, "deploy", "azurite"), program, started, [.. options, "--location", location, "--silent", "--skipApiVersionCheck"]);
}
