using System.Net;
using System.Net.Mime;
using System.Text.Json;
using OrleansUploads.Client.Models;
using OrleansUploads.Signing;

namespace OrleansUploads.Cli.Remote;

/// <summary>Reads the timelines of uploads from the dashboard of a server, with signed requests. The vault API has no operation for
/// this.</summary>
/// <param name="http">Sends the requests.</param>
/// <param name="options">The server and the key.</param>
internal sealed class UploadTimelineClient(HttpClient http, GlacierClientOptions options)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly MessageSigner _signer = new(
        new RequestSigner(SigningRules.Dashboard, options.Region, options.AccessKeyId, options.SecretAccessKey), options.SessionToken);

    /// <summary>Reads a timeline.</summary>
    /// <param name="vault">The name of the vault.</param>
    /// <param name="uploadId">The ID of the upload.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="GlacierException">The server refuses the request or cannot be reached.</exception>
    /// <exception cref="NotSupportedException">The server has no timelines.</exception>
    public async Task<JsonElement> ReadAsync(string vault, string uploadId, CancellationToken cancellationToken)
    {
        var uri = new Uri(
            options.Endpoint,
            $"/dashboard/api/vaults/{Uri.EscapeDataString(vault)}/uploads/{Uri.EscapeDataString(uploadId)}/timeline");
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        _signer.Sign(request, SigningRequest.EmptyPayloadHash, options.TimeProvider.GetUtcNow());
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Patience);
        try
        {
            using var response = await http.SendAsync(request, timeout.Token);
            return await ReadAsync(response, timeout.Token);
        }
        catch (HttpRequestException cause)
        {
            throw new GlacierException(GlacierErrorCodes.ConnectionFailure, cause.Message, cause);
        }
        catch (OperationCanceledException cause) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GlacierException(GlacierErrorCodes.IdleTimeout, "It did not answer in time.", cause);
        }
    }

    private async Task<JsonElement> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType != MediaTypeNames.Application.Json)
        {
            throw NoTimelines();
        }

        JsonElement document;
        try
        {
            using var parsed = await JsonDocument.ParseAsync(
                await response.Content.ReadAsStreamAsync(cancellationToken), default, cancellationToken);
            document = parsed.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw NoTimelines();
        }

        if (response.IsSuccessStatusCode)
        {
            return document;
        }

        var code = TextOf(document, "code");
        throw code is null || (response.StatusCode, code) is (HttpStatusCode.NotFound, "NotFound") or (_, "NotSignedIn")
            ? NoTimelines()
            : new GlacierException(code, TextOf(document, "message") ?? code) { StatusCode = response.StatusCode };
    }

    private static string? TextOf(JsonElement document, string member) =>
        document.ValueKind == JsonValueKind.Object && document.TryGetProperty(member, out var value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private NotSupportedException NoTimelines() => new(
        $"The server at {options.Endpoint} has no timelines. It is not OrleansUploads, it runs an earlier version, or its dashboard is off.");
}
