using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OrleansUploads.Client.Sources;
using OrleansUploads.Signing;

namespace OrleansUploads.Client.Wire;

/// <summary>One request of the protocol. Each attempt creates a new HTTP message from it. <paramref name="PathAndQuery"/> is
/// encoded and starts with <c>/</c>.</summary>
internal sealed record WireRequest(HttpMethod Method, string PathAndQuery)
{
    private readonly List<KeyValuePair<string, string>> _headers = [];

    /// <summary>Headers in addition to those that every request has. The body's headers are among them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers => _headers;

    /// <summary>The body, or null for none.</summary>
    public HashedBody? Body { get; init; }

    /// <summary>Whether the result of the request disposes of the response, because it streams the body after the call.</summary>
    public bool KeepsResponseOpen { get; init; }

    /// <summary>What stands for the body in the signature: its SHA-256 hash in hex, or a word if only the tree hash is known, which is a
    /// signed header.</summary>
    public string PayloadHash =>
        Body is null ? SigningRequest.EmptyPayloadHash : Body.LinearHash?.ToString() ?? PayloadModes.NotSigned;

    /// <summary>Adds a header, unless the value is null.</summary>
    public WireRequest WithHeader(string name, string? value)
    {
        if (value is not null)
        {
            _headers.Add(new(name, value));
        }

        return this;
    }

    public WireRequest WithJson<T>(T document, JsonTypeInfo<T> type) =>
        (this with { Body = HashedBody.Of(JsonSerializer.SerializeToUtf8Bytes(document, type)) })
            .WithHeader("content-type", "application/json");
}
