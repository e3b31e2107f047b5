namespace OrleansUploads.Core.Deciding;

/// <summary>The answer of a refused command. The command has changed nothing.</summary>
public interface IRefusal : IAnswer;
