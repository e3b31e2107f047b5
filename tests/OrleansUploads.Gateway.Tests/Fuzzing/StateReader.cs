namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Records the answers of reading operations.</summary>
/// <param name="server">The server to read.</param>
/// <param name="headers">The headers of answers that belong to the state.</param>
internal sealed class StateReader(FuzzServer server, params string[] headers)
{
    private readonly StringBuilder _state = new();

    public async Task<ApiAnswer> AddAsync(ApiRequest request, Signer signer)
    {
        var answer = await server.Gateway.SendAsync(request, signer);
        _state.Append(request).Append(' ').Append(answer.Status);
        foreach (var header in headers)
        {
            _state.Append(' ').Append(answer.Header(header));
        }

        // Some errors contain the ID of their request, which always differs.
        _state.Append(' ').AppendLine(answer.Status < 300 ? answer.Text : "");
        return answer;
    }

    public override string ToString() => _state.ToString();
}
